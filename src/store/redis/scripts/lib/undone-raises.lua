-- Undoing a raise: the turns that nobody has claimed are taken back, the last in line first.

-- The numbers that have a turn of their own, and are not in HOLDING.
local function servedAlone()
  local numbers = redis.call('ZRANGE', SERVED_AGAIN, 0, -1)
  for i = 1, #numbers do numbers[i] = tonumber(numbers[i]) end
  return numbers
end

-- The turns of numbers above `from`, up to `to`, that nobody has claimed.
local function countTurns(alone, from, to)
  local count = countBits(HOLDING, from + 1, to)
  for _, number in ipairs(alone) do
    if number > from and number <= to then count = count + 1 end
  end
  return count
end

-- What is unclaimed of a raise: turns, and credits.
local function countUnclaimed(alone, from, to)
  local last = math.min(to, line.serving)
  return countTurns(alone, from, math.min(last, line.queue)) + math.max(0, last - math.max(from, line.queue))
end

-- The serving counter without so many credits and turns of numbers above `from`: credits first, then the last in line.
local function counterWithout(alone, unclaimed, from)
  local turns = unclaimed - math.max(0, line.serving - line.queue)
  if turns <= 0 then return line.serving - unclaimed end
  local last = math.min(line.serving, line.queue)
  local low, high = from, last - 1
  while low < high do
    local middle = math.ceil((low + high) / 2)
    if countTurns(alone, middle, last) >= turns then low = middle else high = middle - 1 end
  end
  return low
end
