-- Records heartbeats. Numbers of another line or generation, used up, or never issued, are ignored.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: now, incarnation, generation, number …
-- Reply: { 'absent' } | { 'OK' }
if not loadLine() then return { 'absent' } end
local now = settle(tonumber(ARGV[1]))
if isOfLine(ARGV[2], ARGV[3]) then
  for i = 4, #ARGV do
    local number = tonumber(ARGV[i])
    prove(number, now)
    if number >= 1 and number <= line.queue and not has(SPENT, number) then hear(WAITERS, number) end
  end
end
saveLine()
return { 'OK' }
