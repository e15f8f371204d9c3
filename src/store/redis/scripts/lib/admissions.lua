local function spend(number)
  redis.call('SETBIT', SPENT, number, 1)
  dropArriving(number)
  forget(WAITERS, number)
  if number > line.serving then line.left_unserved = line.left_unserved + 1 end
end

local function confirmRow(visitor, row)
  local confirmed, isNew = confirmAdmission(visitor, row)
  if isNew then countOutcome('outcomes_confirmed') end
  return confirmed
end

-- The visitor's row, and whether it was made now. `confirmed` where what makes it confirms it.
local function admit(visitor, number, confirmed, now, lifetime)
  spend(number)
  local live = liveAdmission(visitor, now)
  if live then return confirmed and confirmRow(visitor, live) or live, false end
  local untilThen = confirmBy(now, lifetime or line.lifetime)
  if confirmed and untilThen then
    countOutcome('outcomes_confirmed')
    untilThen = nil
  end
  line.claimed = line.claimed + 1
  return addAdmission(visitor, number, now, now + (lifetime or line.lifetime), untilThen, now), true
end

-- Whether there was a live one to end; `status` is the counter it goes to.
local function endAdmission(visitor, status, now)
  local row = liveAdmission(visitor, now)
  if not row then return false end
  removeAdmission(visitor)
  if status == 'abandoned' then
    local number, issuedAt = string.match(row, '^(%d+):%d+:(%-?%d+)')
    noteEnded(tonumber(number), tonumber(number), tonumber(issuedAt), now, true)
    pruneEnded(now)
  end
  line[status] = line[status] + 1
  line.released = math.min(line.released, redis.call('ZCARD', ACTIVE))
  return true
end
