-- Records heartbeats. Numbers of another line or generation, used up, or never issued, are ignored.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: now, incarnation, generation, 1 where the visitors are present until their numbers are used up, number …
-- Reply: { 'absent' } | { 'OK' }
if not loadLine() then return { 'absent' } end
local now = settle(tonumber(ARGV[1]))
local record = ARGV[4] == '1' and hearLastingly or hear
if isOfLine(ARGV[2], ARGV[3]) then
  for i = 5, #ARGV do
    local number = tonumber(ARGV[i])
    prove(number, now)
    if number >= 1 and number <= line.queue and not has(SPENT, number) then record(WAITERS, number) end
  end
end
saveLine()
return { 'OK' }
