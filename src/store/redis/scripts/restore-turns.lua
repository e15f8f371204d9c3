-- Puts numbers at the front of the line, before all others there: not one that has a place, a turn or an admission.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: now, incarnation, generation, then numbers, ascending and each once
-- Reply: { 'absent' } | { 'restored', number … }
if not loadLine() then return { 'absent' } end
local now = settle(tonumber(ARGV[1]))
local done = {}
if isOfLine(ARGV[2], ARGV[3]) then
  local inside = numbersInside()
  for i = 4, #ARGV do
    local number = tonumber(ARGV[i])
    if hasNothing(number, inside) then done[#done + 1] = number end
  end
  for _, number in ipairs(done) do restoreTurn(number, now) end
end
saveLine()
return { 'restored', unpack(done) }
