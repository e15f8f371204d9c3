-- Doubles the claim window of a turn, once. Repeatable.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: now, incarnation, generation, number, visitor
-- Reply: { 'absent' } | a place (lib/place.lua)
local holder = holderAt(2)
if not loadLine() then return { 'absent' } end
local now = settle(tonumber(ARGV[1]))
if isOfLine(holder.incarnation, holder.generation) then prove(holder.number, now) end
local standing = place(holder, now)
if standing[1] == 'served' and standing[3] == '0' and line.mode ~= 'closed' then
  extendTurn(holder.number)
  standing = place(holder, now)
end
saveLine()
return standing
