-- Leaves the line or ends the admission. Repeatable.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: now, incarnation, generation, number, visitor
-- Reply: { 'absent' } | { 'OK' }
local holder = holderAt(2)
if not loadLine() then return { 'absent' } end
local now = settle(tonumber(ARGV[1]))
if isOfLine(holder.incarnation, holder.generation) then prove(holder.number, now) end
local state = place(holder, now)[1]
if state == 'admitted' then endAdmission(holder.visitor, 'abandoned', now) end
if state ~= 'stale' and not has(SPENT, holder.number) then
  release(holder.number)
  dropReturned(holder.number)
  spend(holder.number)
end
saveLine()
return { 'OK' }
