-- Leaves the line or ends the admission. Repeatable.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: now, generation, number, visitor
-- Reply: { 'absent' } | { 'OK' }
local holder = holderAt(2)
if not loadLine() then return { 'absent' } end
local now = settle(tonumber(ARGV[1]))
local state = place(holder, now)[1]
if state == 'admitted' then endAdmission(holder.visitor, 'abandoned', now) end
if state ~= 'stale' and not has(SPENT, holder.number) then
  release(holder.number)
  dropReturned(holder.number)
  spend(holder.number)
end
saveLine()
return { 'OK' }
