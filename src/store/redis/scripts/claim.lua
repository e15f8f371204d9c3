-- Takes the turn if it has come; a repeat gives the same admission.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: now, incarnation, generation, number, visitor
-- Reply: { 'absent' } | a place (lib/place.lua)
local holder = holderAt(2)
if not loadLine() then return { 'absent' } end
local now = settle(tonumber(ARGV[1]))
if isOfLine(holder.incarnation, holder.generation) then prove(holder.number, now) end
local standing = place(holder, now)
if standing[1] == 'served' then
  if line.mode == 'closed' then
    standing = { 'waiting' }
  else
    release(holder.number)
    local row, first = admit(holder.visitor, holder.number, now)
    standing = { 'admitted', row, first and '1' or '0' }
  end
end
saveLine()
return standing
