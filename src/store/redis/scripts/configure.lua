-- Makes the line of a room, or changes its rules; counters are not touched.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: now, mode, size, lifetime, claim window, presence timeout
-- Reply: { 'OK' }
if not loadLine() then
  for _, field in ipairs(FIELDS) do line[field] = 0 end
  -- A room that is made anew honours no ticket of the one before (remove.lua).
  line.generation = tonumber(redis.call('HGET', LINE, 'generation') or 0) + 1
end
line.mode, line.size, line.lifetime = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
line.claim_window, line.presence_timeout = tonumber(ARGV[5]), tonumber(ARGV[6])
local now = settle(tonumber(ARGV[1]))
-- A credit would let newcomers in, who are not to be served now.
if line.mode == 'paused' or line.mode == 'closed' then line.serving = math.min(line.serving, line.queue) end
if line.mode == 'passthrough' then
  if line.returned > 0 then eachBit(RETURNED, math.huge, function(number) serveAgain(number, now) end) end
  if line.serving < line.queue then serveUpTo(line.queue, now, false) end
end
saveLine()
return { 'OK' }
