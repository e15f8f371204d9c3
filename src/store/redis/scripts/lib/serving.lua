-- Moving the serving counter.

-- The serving counter that gives a place each to at most `places` present people, then to newcomers.
local function furthest(places)
  if places <= 0 then return line.serving end
  if places == math.huge then return places end
  if line.serving >= line.queue then return line.serving + places end
  local number, missing = nthBit(PRESENT, places, line.serving + 1)
  return number or line.queue + missing
end

-- Raises the counter to `to` and holds places: for those present, or for everybody who has not left. Unproven visitors
-- who are present above `lastUnproven` wait at the front for their share of the turns.
local function serveUpTo(to, now, presentOnly, lastUnproven)
  local from, last = line.serving + 1, math.min(to, line.queue)
  if last >= from then
    local gone = countBits(SPENT, from, last)
    local all = last - from + 1 - gone
    if presentOnly then
      local newcomers = keepNewcomers(from, last, now)
      -- Nobody is both present and spent.
      local present = countBits(PRESENT, from, last)
      local held = present
      if lastUnproven and lastUnproven < last then
        local above = math.max(from, lastUnproven + 1)
        local there = sliceBits(PRESENT, above, last)
        local returned = combined('AND', there, sliceBits(UNPROVEN, above, last))
        local put = countOnes(returned)
        held = present - put
        local before = countBits(PRESENT, from, above - 1)
        hold(from, sliceBits(PRESENT, from, above - 1), before)
        hold(above, combined('XOR', there, returned), held - before)
        addBits(RETURNED, above, returned)
        line.returned = line.returned + put
      else
        hold(from, sliceBits(PRESENT, from, last), present)
      end
      line.expired = line.expired + all - present - newcomers
    else
      hold(from, gone == 0 and allBits(from, last) or missingBits(SPENT, from, last), all)
    end
    line.left_unserved = line.left_unserved - gone
    pushBatch(last, now)
    noteRaise(last, turnTime(now))
  end
  line.serving = math.max(line.serving, to)
end

-- Of bytes of present visitors, of whom the first byte is `first` of the line's: the unproven, or the others.
local function ofStanding(present, first, unproven)
  if line.challenge ~= 1 then return unproven and '' or present end
  local marked = combined('AND', present, redis.call('GETRANGE', UNPROVEN, first, first + #present - 1))
  return unproven and marked or combined('XOR', present, marked)
end

-- The present visitors who returned to the front, as bytes, and which byte of the line's the first of these is.
local function presentReturned()
  local first = firstByte(RETURNED) or 0
  local returned = redis.call('GETRANGE', RETURNED, first, -1)
  return combined('AND', returned, redis.call('GETRANGE', PRESENT, first, first + #returned - 1)), first
end

-- Serves the present visitors who returned to the front, as far as `places` go. Returns how many. With `select` only
-- those that it leaves of their bytes.
local function serveReturned(places, now, select)
  if line.returned == 0 or places <= 0 then return 0 end
  local s, first = presentReturned()
  redis.call('SET', SCRATCH, select and select(s, first) or s)
  local numbers = {}
  eachBit(SCRATCH, places, function(number) numbers[#numbers + 1] = 8 * first + number end)
  redis.call('DEL', SCRATCH)
  for _, number in ipairs(numbers) do serveAgain(number, now) end
  return #numbers
end

-- Serves those of them who were restored: they come before all others.
local function serveRestored(places, now)
  if line.returned == 0 or redis.call('EXISTS', RESTORED) == 0 then return 0 end
  return serveReturned(places, now, function(s, first)
    return combined('AND', ofStanding(s, first, false), redis.call('GETRANGE', RESTORED, first, first + #s - 1))
  end)
end

-- How many of the visitors who returned to the front are present.
local function countReturned(unproven)
  if line.returned == 0 then return 0 end
  local s, first = presentReturned()
  return countOnes(ofStanding(s, first, unproven))
end

-- The `k`th (from 1) present visitor in line who is unproven, or proven; where there are fewer, nil and how many are
-- missing. It looks about as far as the number is: at stretches twice as long each.
local function nthPresent(k, unproven)
  if line.challenge ~= 1 and not unproven then return nthBit(PRESENT, k, line.serving + 1) end
  local from, last = line.serving + 1, redis.call('STRLEN', PRESENT) - 1
  local low, length = math.floor(from / 8), math.ceil(k / 8)
  while low <= last do
    local there = redis.call('GETRANGE', PRESENT, low, math.min(low + length - 1, last))
    redis.call('SET', SCRATCH3, ofStanding(there, low, unproven))
    local number, missing = nthBit(SCRATCH3, k, math.max(0, from - 8 * low))
    redis.call('DEL', SCRATCH3)
    if number then return 8 * low + number end
    k, low, length = missing, low + length, length * 2
  end
  return nil, k
end

-- How many present visitors in line are unproven, or proven; of more than `most` only that many.
local function countInLine(most, unproven)
  local limit = math.min(most, line.queue + 1)
  local number, missing = nthPresent(limit, unproven)
  return number and limit or limit - missing
end

-- Lowers the counter: visitors that it had passed wait again, unless they have claimed.
local function lower(to)
  local from, last = to + 1, math.min(line.serving, line.queue)
  line.held = line.held - countBits(HOLDING, from, last)
  clearBits(HOLDING, from, last)
  clearBits(MISSED, from, last)
  clearBits(ARRIVING, from, last)
  clearBits(RESTORED, from, last)
  line.returned = line.returned - countBits(RETURNED, from, last)
  clearBits(RETURNED, from, last)
  for _, number in ipairs(redis.call('ZRANGE', SERVED_AGAIN, 0, -1)) do
    if tonumber(number) > to then release(number) end
  end
  cutBatches(to)
  line.over = math.min(line.over, to)
  cutRaiseTimes(to)
  line.left_unserved = line.left_unserved + countBits(SPENT, from, last)
  line.serving = to
end

-- Raises over numbers. Visitors who returned to the front count among them, and get at most every second turn after those
-- who were restored.
local function raiseNumbers(all, now)
  local numbers = all - serveRestored(math.min(all, freePlaces()), now)
  local turns = math.max(0, math.min(numbers, freePlaces()))
  local half = line.last_returned == 1 and math.floor(turns / 2) or math.ceil(turns / 2)
  local most = math.max(half, turns - math.max(0, line.queue - line.serving))
  local returned = serveReturned(most, now)
  if turns > 0 then line.last_returned = endsWithReturned(returned, turns - returned) end
  local target = counterAfter(numbers - returned)
  serveUpTo(math.min(target, furthest(freePlaces())), now, line.size > 0)
end

-- The unproven visitors who are present, of some numbers.
local function countUnproven(from, to)
  if line.challenge ~= 1 then return 0 end
  return countCommon(PRESENT, UNPROVEN, from, math.min(to, line.queue))
end

-- The same of all numbers up to `to`, counted until there are more than a few.
local function countSettled(to)
  local at, count, length = 0, 0, 512
  while line.challenge == 1 and count <= FEW do
    local first = redis.call('BITPOS', UNPROVEN, 1, at)
    if first < 0 or first > to then break end
    at = math.floor(first / 8)
    count = count + countUnproven(8 * at, math.min(to, 8 * (at + length) - 1))
    at, length = at + length, length * 2
  end
  return count
end

-- Places that unproven visitors have, and are held for them, in a room with a size. A process of an early version does not
-- remove what has ended.
local function countUnprovenInside(now)
  if line.challenge ~= 1 or line.size == 0 then return 0 end
  redis.call('ZREMRANGEBYSCORE', ACTIVE_UNPROVEN, '-inf', now - movedAt(now))
  local held = countCommon(HOLDING, UNPROVEN, line.over + 1, math.min(line.serving, line.queue))
  local count = redis.call('ZCARD', ACTIVE_UNPROVEN) + held
  for _, number in ipairs(redis.call('ZRANGE', SERVED_AGAIN, 0, -1)) do
    if has(UNPROVEN, number) then count = count + 1 end
  end
  return count
end

-- Gives `places` turns to those in line, at most `unproven` of them to unproven visitors, then to newcomers.
local function serveLine(places, unproven, highest, now)
  if places <= 0 then return end
  local open = math.max(line.serving, highest)
  local target = math.min(furthest(places), open)
  if countUnproven(line.serving + 1, target) <= unproven then return serveUpTo(target, now, true) end
  -- There are more unproven visitors before the target than have a turn: those with a proof behind them are next.
  local following = nthPresent(unproven + 1, true)
  serveUpTo(math.min(nthPresent(places - unproven, false), open), now, true, following - 1)
end

-- Of present visitors who returned to the front: newcomers whose page was still loading as they were passed.
local function presentNewcomers(s, first)
  local proven = ofStanding(s, first, false)
  return combined('XOR', proven, combined('AND', proven, redis.call('GETRANGE', WAITED, first, first + #s - 1)))
end

-- Raises over people. Those who were restored come first, then newcomers whose page was still loading as they were
-- passed; the other turns are shared. Of those in line it is enough to know whether there are as many as places, and of
-- the unproven behind so many others nothing.
local function raisePeople(people, credits, now)
  local open = math.min(people, freePlaces())
  local all = open - serveRestored(open, now)
  local places = all - serveReturned(all, now, presentNewcomers)
  if places <= 0 then return end
  local inLine = countInLine(places, false)
  local unprovenReached = countUnproven(line.serving + 1, furthest(places))
  local unprovenLine = unprovenReached
  if line.challenge == 1 and inLine < places then unprovenLine = countInLine(places, true) end
  local shares = shareTurns({
    returned = countReturned(false), line = inLine,
    unprovenReturned = countReturned(true), unprovenLine = unprovenLine, unprovenReached = unprovenReached,
    unprovenSettled = countSettled(math.min(firstNewcomer(now) - 1, line.queue)),
    unprovenInside = countUnprovenInside(now),
  }, places)
  serveReturned(shares.returned, now, function(s, first) return ofStanding(s, first, false) end)
  serveReturned(shares.unprovenReturned, now, function(s, first) return ofStanding(s, first, true) end)
  local left = places - shares.returned - shares.unprovenReturned
  serveLine(left, shares.unprovenLine, line.queue + credits, now)
end
