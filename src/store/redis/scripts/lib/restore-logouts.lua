-- Where Redis lost alone when logins are due, all that are known are due now. Those whose admissions go on are put off.
local function restoreLogouts(due, known, now)
  if redis.call('EXISTS', due) == 1 then return end
  local kept = redis.call('PTTL', known)
  if kept <= 0 then return end
  for _, login in ipairs(redis.call('HKEYS', known)) do redis.call('ZADD', due, now, login) end
  redis.call('PEXPIRE', due, kept)
end
