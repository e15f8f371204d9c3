-- Ends the draw of an event that was cancelled: its entrants get no numbers.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: now, event
-- Reply: { 'absent' } | { 'OK' }
if not loadLine() then return { 'absent' } end
local now = settle(tonumber(ARGV[1]))
if isNextOf(ARGV[2]) then
  local n = string.format('%.0f', line.draws)
  local done = string.format('%.0f:%.0f:%.0f:0:1', line.arrivals, now, line.queue)
  redis.call('HSET', DRAWS, n .. ':done', done, n .. ':there', '')
  redis.call('UNLINK', ENTERED, WITHDRAWN, unpack(ENTERED_SLOTS))
  line.drawing = 0
end
saveLine()
return { 'OK' }
