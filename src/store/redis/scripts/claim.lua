-- Takes the turn if it has come; a repeat gives the same admission. A holder whose admission lapsed returns to the front
-- of the line first.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: now, incarnation, generation, number, visitor, 1 where the claim confirms the admission, then how long the admission
-- lasts, if not as long as the room's, then 1 where a missed turn may still be taken
-- Reply: { 'absent' } | a place (lib/place.lua)
local holder, confirmed = holderAt(2), ARGV[6] == '1'
if not loadLine() then return { 'absent' } end
local now = settle(tonumber(ARGV[1]))
if isOfLine(holder.incarnation, holder.generation) then prove(holder.number, now) end
local standing = place(holder, now)
if standing[1] == 'missed' and standing[4] == '1' and line.mode ~= 'closed' then
  returnToFront(holder.number, now)
  standing = place(holder, now)
end
local isLate = ARGV[8] == '1' and standing[1] == 'missed' and freePlaces() > 0
if standing[1] == 'admitted' and confirmed then
  standing[2] = replyRow(confirmRow(holder.visitor, liveAdmission(holder.visitor, now)), now)
elseif standing[1] == 'served' or isLate then
  if line.mode == 'closed' then
    standing = { 'waiting' }
  else
    release(holder.number)
    local row, first = admit(holder.visitor, holder.number, confirmed, now, tonumber(ARGV[7] or nil))
    standing = { 'admitted', replyRow(row, now), first and '1' or '0' }
  end
end
saveLine()
return standing
