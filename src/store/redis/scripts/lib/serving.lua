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
        redis.call('BITOP', 'AND', SCRATCH3, PRESENT, UNPROVEN)
        local put = countBits(SCRATCH3, above, last)
        local returned = sliceBits(SCRATCH3, above, last)
        redis.call('BITOP', 'XOR', SCRATCH3, PRESENT, SCRATCH3)
        held = present - put
        local before = countBits(PRESENT, from, above - 1)
        hold(from, sliceBits(PRESENT, from, above - 1), before)
        hold(above, sliceBits(SCRATCH3, above, last), held - before)
        redis.call('DEL', SCRATCH3)
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

-- The present visitors who returned to the front, in SCRATCH: the unproven of them, or the others.
local function presentReturned(unproven)
  redis.call('BITOP', 'AND', SCRATCH, RETURNED, PRESENT)
  if line.challenge == 1 then
    redis.call('BITOP', 'AND', SCRATCH2, SCRATCH, UNPROVEN)
    redis.call('BITOP', unproven and 'OR' or 'XOR', SCRATCH, SCRATCH2, unproven and SCRATCH2 or SCRATCH)
    redis.call('DEL', SCRATCH2)
  elseif unproven then
    redis.call('DEL', SCRATCH)
  end
end

-- Serves the present visitors who returned to the front, as far as `places` go. Returns how many. With `select` only
-- those that it leaves in SCRATCH.
local function serveReturned(places, now, select)
  if line.returned == 0 or places <= 0 then return 0 end
  if select then select() else redis.call('BITOP', 'AND', SCRATCH, RETURNED, PRESENT) end
  local numbers = {}
  eachBit(SCRATCH, places, function(number) numbers[#numbers + 1] = number end)
  redis.call('DEL', SCRATCH)
  for _, number in ipairs(numbers) do serveAgain(number, now) end
  return #numbers
end

-- Serves those of them who were restored: they come before all others.
local function serveRestored(places, now)
  if line.returned == 0 or redis.call('EXISTS', RESTORED) == 0 then return 0 end
  return serveReturned(places, now, function()
    presentReturned(false)
    redis.call('BITOP', 'AND', SCRATCH, SCRATCH, RESTORED)
  end)
end

-- How many of the visitors who returned to the front are present.
local function countReturned(unproven)
  if line.returned == 0 then return 0 end
  presentReturned(unproven)
  local count = redis.call('BITCOUNT', SCRATCH)
  redis.call('DEL', SCRATCH)
  return count
end

-- The `k`th (from 1) present visitor in line who is unproven, or proven. Fewer than `k` are none: nil.
local function nthPresent(k, unproven)
  redis.call('BITOP', 'AND', SCRATCH, PRESENT, UNPROVEN)
  if not unproven then redis.call('BITOP', 'XOR', SCRATCH, PRESENT, SCRATCH) end
  local number = nthBit(SCRATCH, k, line.serving + 1)
  redis.call('DEL', SCRATCH)
  return number
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

-- The unproven visitors who are present: those in line, those of them up to a number, and all up to another.
local function countUnproven(reached, settled)
  if line.challenge ~= 1 then return 0, 0, 0 end
  redis.call('BITOP', 'AND', SCRATCH, PRESENT, UNPROVEN)
  local inLine = countBits(SCRATCH, line.serving + 1, line.queue)
  local following = countBits(SCRATCH, line.serving + 1, math.min(reached, line.queue))
  local all = countBits(SCRATCH, 1, math.min(settled, line.queue))
  redis.call('DEL', SCRATCH)
  return inLine, following, all
end

-- Places that unproven visitors have, and are held for them, in a room with a size. A process of an early version does not
-- remove what has ended.
local function countUnprovenInside(now)
  if line.challenge ~= 1 or line.size == 0 then return 0 end
  redis.call('ZREMRANGEBYSCORE', ACTIVE_UNPROVEN, '-inf', now - movedAt(now))
  redis.call('BITOP', 'AND', SCRATCH, HOLDING, UNPROVEN)
  local count = redis.call('ZCARD', ACTIVE_UNPROVEN) + redis.call('BITCOUNT', SCRATCH)
  redis.call('DEL', SCRATCH)
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
  local following = line.challenge == 1 and nthPresent(unproven + 1, true)
  if not following or following > target then return serveUpTo(target, now, true) end
  -- There are more unproven visitors before the target than have a turn: those with a proof behind them are next.
  serveUpTo(math.min(nthPresent(places - unproven, false), open), now, true, following - 1)
end

-- Newcomers whose page was still loading as they were passed.
local function presentNewcomers()
  presentReturned(false)
  redis.call('BITOP', 'AND', SCRATCH2, SCRATCH, WAITED)
  redis.call('BITOP', 'XOR', SCRATCH, SCRATCH, SCRATCH2)
  redis.call('DEL', SCRATCH2)
end

-- Raises over people. Those who were restored come first, then newcomers whose page was still loading as they were
-- passed; the other turns are shared.
local function raisePeople(people, credits, now)
  local open = math.min(people, freePlaces())
  local all = open - serveRestored(open, now)
  local places = all - serveReturned(all, now, presentNewcomers)
  if places <= 0 then return end
  local inLine = countBits(PRESENT, line.serving + 1, line.queue)
  local unprovenLine, unprovenReached, unprovenSettled =
    countUnproven(furthest(places), firstNewcomer(now) - 1)
  local shares = shareTurns({
    returned = countReturned(false), line = inLine - unprovenLine,
    unprovenReturned = countReturned(true), unprovenLine = unprovenLine, unprovenReached = unprovenReached,
    unprovenSettled = unprovenSettled, unprovenInside = countUnprovenInside(now),
  }, places)
  serveReturned(shares.returned, now, function() presentReturned(false) end)
  serveReturned(shares.unprovenReturned, now, function() presentReturned(true) end)
  local left = places - shares.returned - shares.unprovenReturned
  serveLine(left, shares.unprovenLine, line.queue + credits, now)
end
