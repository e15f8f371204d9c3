local function spend(number)
  redis.call('SETBIT', SPENT, number, 1)
  forget(WAITERS, number)
  if number > line.serving then line.left_unserved = line.left_unserved + 1 end
end

-- The visitor's row, and whether it was made now.
local function admit(visitor, number, now)
  spend(number)
  local live = liveAdmission(visitor, now)
  if live then return live, false end
  line.claimed = line.claimed + 1
  return addAdmission(visitor, number, now, now + line.lifetime), true
end

-- Whether there was a live one to end; `status` is the counter it goes to.
local function endAdmission(visitor, status, now)
  if not liveAdmission(visitor, now) then return false end
  removeAdmission(visitor)
  line[status] = line[status] + 1
  line.released = math.min(line.released, redis.call('ZCARD', ACTIVE))
  return true
end
