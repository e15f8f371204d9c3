-- Fences a line whose server may lack the last writes: before another number is issued, the counter moves on past all
-- numbers that may have been issued, and those that the caller has seen.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: now, the run_id of the server if it does not say it itself, the seconds that may be lost, the fewest numbers
-- Reply: { 'absent' } | { 'fenced', run_id of the server, counter before, counter now }
local SECONDS, LEAST = tonumber(ARGV[3]), tonumber(ARGV[4])

-- The caller has seen numbers issued, or entrants of a draw, that the line does not know of: it moves on past them.
local function moveOnToKnown(now)
  if KNOWN_NUMBER <= line.queue and line.drawing == 0 then return end
  local incarnation, generation, draw, arrivals = string.match(KNOWN, '^(.*):(%d+):(%d+):(%d+)$')
  if not incarnation or not isOfLine(incarnation, generation) then return end
  if KNOWN_NUMBER > line.queue then
    moveOn(KNOWN_NUMBER)
    line.heartbeats_since = now
  end
  if line.drawing == 1 and tonumber(draw) == line.draws then
    line.arrivals = math.max(line.arrivals, tonumber(arrivals))
  end
end

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
