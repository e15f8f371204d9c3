-- Where a holder stands, as a tagged reply: { 'stale' }, { 'waiting' }, { 'returned' },
-- { 'served', claim by, '1' where the turn was extended }, { 'admitted', row, '1' where it was made now }, { 'missed', '1' where the holder was away, '1' where the front is open,
-- '1' where the admission lapsed }, { 'over' }.
local function place(holder, now)
  local number = holder.number
  if not isOfLine(holder.incarnation, holder.generation) or number < 1 then return { 'stale' } end
  if number > line.queue and not isAhead(number) then return { 'stale' } end
  local live = liveAdmission(holder.visitor, now)
  if live then return { 'admitted', replyRow(live, now), '0' } end
  if isUnconfirmed(number) then return { number > line.serving and 'waiting' or 'returned' } end
  local isSpent = has(SPENT, number)
  local overdue = isSpent and not has(LAPSED, number) and isOverdue(holder.visitor, number, now)
  if isSpent and not overdue then return { 'over' } end
  if number > line.serving then return { 'waiting' } end
  if line.returned > 0 and has(RETURNED, number) and not isLateNewcomer(number, now) then return { 'returned' } end
  local claimBy, extended = turnOf(number)
  local stoppedFor = now - turnTime(now)
  if claimBy and claimBy + stoppedFor > now then
    return { 'served', string.format('%.0f', claimBy + stoppedFor), extended and '1' or '0' }
  end
  local isAway = not claimBy and not has(MISSED, number)
  local lapsed = isAway and (overdue or has(LAPSED, number))
  -- Where everybody goes in at once, there is no front to keep free.
  local isFront = line.mode == 'passthrough' or lapsed or has(WAITED, number) and isWithinGrace(number, turnTime(now))
  return { 'missed', isAway and '1' or '0', isFront and '1' or '0', lapsed and '1' or '0' }
end

-- Holders come as ARGV from `at`: incarnation, generation, number, visitor.
local function holderAt(at)
  return {
    incarnation = ARGV[at], generation = tonumber(ARGV[at + 1]), number = tonumber(ARGV[at + 2]), visitor = ARGV[at + 3],
  }
end
