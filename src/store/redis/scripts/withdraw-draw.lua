-- Takes back the draw of an event, as long as nobody came.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: now, event
-- Reply: { 'absent' } | { 'OK' }
if not loadLine() then return { 'absent' } end
settle(tonumber(ARGV[1]))
if line.arrivals == 0 and isNextOf(ARGV[2]) then
  local n = string.format('%.0f', line.draws)
  redis.call('HDEL', DRAWS, 'event:' .. ARGV[2], n, n .. ':committed', n .. ':terms')
  line.draws, line.drawing = line.draws - 1, 0
end
saveLine()
return { 'OK' }
