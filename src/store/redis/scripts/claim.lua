-- Takes the turn if it has come; a repeat gives the same admission. A holder whose admission lapsed returns to the front
-- of the line first.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: now, incarnation, generation, number, visitor, 1 where the claim confirms the admission
-- Reply: { 'absent' } | a place (lib/place.lua)
local holder, confirmed = holderAt(2), ARGV[6] == '1'
if not loadLine() then return { 'absent' } end
local now = settle(tonumber(ARGV[1]))
if isOfLine(holder.incarnation, holder.generation) then prove(holder.number, now) end
local standing = place(holder, now)
if standing[1] == 'missed' and standing[3] == '1' and line.mode ~= 'closed' then
  returnToFront(holder.number, now)
  standing = place(holder, now)
end
if standing[1] == 'admitted' and confirmed then
  standing[2] = confirmRow(holder.visitor, standing[2])
elseif standing[1] == 'served' then
  if line.mode == 'closed' then
    standing = { 'waiting' }
  else
    release(holder.number)
    local row, first = admit(holder.visitor, holder.number, confirmed, now)
    standing = { 'admitted', row, first and '1' or '0' }
  end
end
saveLine()
return standing
