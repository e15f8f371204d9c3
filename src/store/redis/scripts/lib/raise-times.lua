-- When numbers were passed, by the time of turns (waiting-room/line/raise-times.ts says more). RAISE_TIMES has the numbers that were passed
-- together: member `to:at`, score `to`, those above the entry before; `at` is less jumps of clocks.
local SHARE = 64

local function parseRaise(member)
  local to, at = string.match(member, '^(%d+):(%-?%d+)$')
  return tonumber(to), tonumber(at)
end

local function addRaise(to, at)
  redis.call('ZADD', RAISE_TIMES, to, string.format('%.0f:%.0f', to, at))
end

local function graceOf()
  return line.missed_turn_grace > 0 and line.missed_turn_grace or 1800000
end

-- Notes that the counter passed the numbers up to `to`.
local function noteRaise(to, now)
  local at, grace = measuredTime(now), graceOf()
  local last = redis.call('ZREVRANGE', RAISE_TIMES, 0, 0)[1]
  if last then
    local lastTo, lastAt = parseRaise(last)
    if at - lastAt < grace / SHARE then
      redis.call('ZREM', RAISE_TIMES, last)
      return addRaise(math.max(lastTo, to), lastAt)
    end
  end
  -- Of those that are too old the last one stays: it stands for all before it.
  local old = 0
  for n, member in ipairs(redis.call('ZRANGE', RAISE_TIMES, 0, -1)) do
    local _, memberAt = parseRaise(member)
    if memberAt < at - grace then old = n end
  end
  if old > 1 then redis.call('ZREMRANGEBYRANK', RAISE_TIMES, 0, old - 2) end
  addRaise(to, at)
end

-- Whether a number that is served was passed within the grace.
local function isWithinGrace(number, now)
  local member = redis.call('ZRANGEBYSCORE', RAISE_TIMES, number, '+inf', 'LIMIT', 0, 1)[1]
  -- Earlier versions did not note raises.
  if not member then return redis.call('EXISTS', RAISE_TIMES) == 0 end
  local _, at = parseRaise(member)
  return at >= measuredTime(now) - graceOf()
end

-- The counter was lowered to `to`: what is above was not passed.
local function cutRaiseTimes(to)
  local above = '(' .. string.format('%.0f', to)
  local first = redis.call('ZRANGEBYSCORE', RAISE_TIMES, above, '+inf', 'LIMIT', 0, 1)[1]
  if not first then return end
  redis.call('ZREMRANGEBYSCORE', RAISE_TIMES, above, '+inf')
  local last = redis.call('ZREVRANGE', RAISE_TIMES, 0, 0)[1]
  if to > 0 and not (last and parseRaise(last) == to) then
    local _, at = parseRaise(first)
    addRaise(to, at)
  end
end
