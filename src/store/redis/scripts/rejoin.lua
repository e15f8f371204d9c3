-- After a missed turn: to the front of the line, number kept, where it is open; or straight to served where there is a credit.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: now, incarnation, generation, number, visitor
-- Reply: { 'absent' } | a place (lib/place.lua)
local holder = holderAt(2)
if not loadLine() then return { 'absent' } end
local now = settle(tonumber(ARGV[1]))
if isOfLine(holder.incarnation, holder.generation) then prove(holder.number, now) end
local standing = place(holder, now)
if standing[1] == 'missed' and standing[3] == '1' then
  returnToFront(holder.number, now)
  standing = place(holder, now)
end
saveLine()
return standing
