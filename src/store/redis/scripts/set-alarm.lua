-- Turns the breaker on or off.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: 1 or 0
-- Reply: { 'absent' } | { 'OK' }
if not loadLine() then return { 'absent' } end
line.alarm = tonumber(ARGV[1])
saveLine()
return { 'OK' }
