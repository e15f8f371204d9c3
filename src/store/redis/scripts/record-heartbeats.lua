-- These numbers were heard from. Numbers of another generation are ignored.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: now, generation, number …
-- Reply: { 'absent' } | { 'OK' }
if not loadLine() then return { 'absent' } end
settle(tonumber(ARGV[1]))
if tonumber(ARGV[2]) == line.generation then
  for i = 3, #ARGV do
    local number = tonumber(ARGV[i])
    if number >= 1 and number <= line.queue and not has(SPENT, number) then hear(WAITERS, number) end
  end
end
saveLine()
return { 'OK' }
