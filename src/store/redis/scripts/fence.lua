-- Fences a line whose server may lack the last writes: before another number is issued, the counter moves on past all
-- numbers that may have been issued, and those that the caller has seen.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: now, the run_id of the server if it does not say it itself, the seconds that may be lost, the fewest numbers
-- Reply: { 'absent' } | { 'fenced', run_id of the server, counter before, counter now }
local SECONDS, LEAST = tonumber(ARGV[3]), tonumber(ARGV[4])
if not loadLine() then return { 'absent' } end
local isTold, info = pcall(redis.call, 'INFO', 'server')
local server = isTold and string.match(info, 'run_id:(%x+)') or ARGV[2]
local before = line.queue
local now = settle(tonumber(ARGV[1]))
moveOnToKnown(now)
if server ~= PRIMARY then
  local gap = math.max(LEAST, SECONDS * line.join_peak)
  moveOn(line.queue + gap)
  if line.drawing == 1 and line.opens_at <= now then line.arrivals = line.arrivals + gap end
  line.heartbeats_since = now
  redis.call('HSET', LINE, 'primary', server)
end
saveLine()
return { 'fenced', server, before, line.queue }
