-- Visitors who come first after an outage, or because a support agent says so (waiting-room/line/restored-turns.ts says
-- more).

-- The numbers of live admissions.
local function numbersInside()
  local inside = {}
  for _, row in ipairs(redis.call('HVALS', ADMISSIONS)) do inside[tonumber(string.match(row, '^(%d+)'))] = true end
  return inside
end

-- Whether a number has neither a place in line, nor a turn, nor an admission.
local function hasNothing(number, inside)
  if number < 1 or number > line.queue or isUnconfirmed(number) then return false end
  if has(SPENT, number) then return not inside[number] end
  if number > line.serving or has(HOLDING, number) then return false end
  return not has(RETURNED, number) and not redis.call('ZSCORE', SERVED_AGAIN, number)
end

-- How many numbers one call looks at.
local LOOKS = 2000

-- The numbers after `after` of the turns and admissions that overlapped a span, at most LOOKS, the lowest first; and by
-- number when its latest turn began, and the latest admission that used it up.
local function candidates(from, to, after, now)
  local oldest = measuredTime(math.max(from, now - KEPT_ENDED.keptFor))
  local missed, spent, numbers, known, ranges = {}, {}, {}, {}, {}
  local function note(of, number, start)
    if not of[number] or start > of[number] then of[number] = start end
    if known[number] then return end
    known[number] = true
    numbers[#numbers + 1] = number
  end
  for _, member in ipairs(redis.call('ZRANGEBYSCORE', ENDED, string.format('%.0f', oldest), '+inf')) do
    local first, last, start, _, isSpent = string.match(member, '^(%d+):(%d+):(%-?%d+):(%-?%d+):?(%d?)$')
    if isSpent == '' then last, isSpent = first, '1' end
    first, last, start = tonumber(first), tonumber(last), tonumber(start)
    if start <= measuredTime(to) and last > after then
      if first == last then
        note(isSpent == '1' and spent or missed, first, start)
      else
        ranges[#ranges + 1] = { math.max(first, after + 1), last, start }
      end
    end
  end
  table.sort(numbers)
  table.sort(ranges, function(a, b) return a[1] < b[1] end)
  local bound, singles, highest = numbers[LOOKS] or math.huge, #numbers, 0
  for _, range in ipairs(ranges) do
    local first, last, start = unpack(range)
    if first > bound then break end
    local stop = math.min(last, bound, nthBit(MISSED, LOOKS, first) or math.huge)
    redis.call('SET', SCRATCH3, sliceBits(MISSED, first, stop))
    local base = math.floor(first / 8) * 8
    eachBit(SCRATCH3, math.huge, function(offset)
      note(missed, base + offset, start)
      highest = math.max(highest, base + offset)
    end)
    redis.call('DEL', SCRATCH3)
    if #numbers - singles >= LOOKS then bound = math.min(bound, highest) end
  end
  table.sort(numbers)
  return numbers, missed, spent
end

-- The numbers whose turn or admission overlapped a span of time, the lowest first, and the number after which there may be
-- more; '' where there are none.
local function endedTurns(from, to, max, after, now)
  local inside, found = numbersInside(), {}
  local numbers, missed, spent = candidates(from, to, after, now)
  local function isEnded(number)
    local isSpent = has(SPENT, number)
    local start = (isSpent and spent or missed)[number]
    if not start or not hasNothing(number, inside) then return false end
    if not isSpent and not has(MISSED, number) and not has(LAPSED, number) then return false end
    local at = redis.call('ZSCORE', RESTORED_AT, number)
    return not at or tonumber(at) < start
  end
  for i = 1, math.min(#numbers, LOOKS) do
    if isEnded(numbers[i]) then found[#found + 1] = numbers[i] end
    if #found == max then return found, numbers[i] end
  end
  return found, numbers[LOOKS] or ''
end

-- Puts a number at the front of the line, before all others there. One that the counter has not passed waits where it was.
local function restoreTurn(number, now)
  redis.call('ZADD', RESTORED_AT, measuredTime(now), number)
  if has(SPENT, number) then
    redis.call('SETBIT', SPENT, number, 0)
    if number > line.serving then
      line.left_unserved = line.left_unserved - 1
      return
    end
  end
  addReturned(number)
  redis.call('SETBIT', RESTORED, number, 1)
  if line.mode == 'passthrough' then
    serveAgain(number, now)
  -- Nobody else waits, and the credit is theirs. An absent visitor takes one with the next heartbeat.
  elseif line.serving > line.queue and canServe() and has(PRESENT, number) then
    line.serving = line.serving - 1
    serveAgain(number, now)
  end
end
