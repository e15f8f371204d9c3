-- Moving the serving counter.

-- The serving counter that gives a place each to at most `places` present people, then to newcomers.
local function furthest(places)
  if places <= 0 then return line.serving end
  if places == math.huge then return places end
  if line.serving >= line.queue then return line.serving + places end
  local number, missing = nthBit(PRESENT, places, line.serving + 1)
  return number or line.queue + missing
end

-- Raises the counter to `to` and holds places: for those present, or for everybody who has not left.
local function serveUpTo(to, now, presentOnly)
  local from, last = line.serving + 1, math.min(to, line.queue)
  if last >= from then
    local gone = countBits(SPENT, from, last)
    local all = last - from + 1 - gone
    if presentOnly then
      -- Nobody is both present and spent.
      local present = countBits(PRESENT, from, last)
      hold(from, sliceBits(PRESENT, from, last), present)
      line.expired = line.expired + all - present
    else
      hold(from, gone == 0 and allBits(from, last) or missingBits(SPENT, from, last), all)
    end
    line.left_unserved = line.left_unserved - gone
    pushBatch(last, now)
  end
  line.serving = math.max(line.serving, to)
end

-- Serves those who came back and are here, by number, as far as there are places; how many.
local function serveReturned(places, now)
  if line.returned == 0 or places <= 0 then return 0 end
  redis.call('BITOP', 'AND', SCRATCH, RETURNED, PRESENT)
  local served = eachBit(SCRATCH, places, function(number) serveAgain(number, now) end)
  redis.call('DEL', SCRATCH)
  return served
end

-- Lowers the counter: visitors that it had passed wait again, unless they have claimed.
local function lower(to)
  local from, last = to + 1, math.min(line.serving, line.queue)
  line.held = line.held - countBits(HOLDING, from, last)
  clearBits(HOLDING, from, last)
  clearBits(MISSED, from, last)
  line.returned = line.returned - countBits(RETURNED, from, last)
  clearBits(RETURNED, from, last)
  for _, number in ipairs(redis.call('ZRANGE', SERVED_AGAIN, 0, -1)) do
    if tonumber(number) > to then release(number) end
  end
  cutBatches(to)
  line.over = math.min(line.over, to)
  line.left_unserved = line.left_unserved + countBits(SPENT, from, last)
  line.serving = to
end

-- Raises over numbers. Those who came back get the turns that are left: of numbers whose holders are absent, and beyond
-- the last number issued. So no more people are served than numbers.
local function raiseNumbers(numbers, now)
  local target = math.min(counterAfter(numbers), furthest(freePlaces()))
  local last = math.max(line.serving, math.min(target, line.queue))
  local left = numbers - countBits(PRESENT, line.serving + 1, last)
  serveUpTo(last, now, line.size > 0)
  local open = math.min(target - last, left - serveReturned(math.min(left, freePlaces()), now))
  if open > 0 then serveUpTo(last + math.min(open, freePlaces()), now, true) end
end

local function raisePeople(people, credits, now)
  local places = math.min(people, freePlaces())
  local left = places - serveReturned(places, now)
  local open = math.max(line.serving, line.queue + credits)
  if left > 0 then serveUpTo(math.min(furthest(left), open), now, true) end
end
