-- Numbers that may never have been issued (waiting-room/line/unconfirmed.ts says more). UNCONFIRMED has them; they are in
-- SPENT too, until a ticket proves them.

-- A ticket proves numbers at most so far above the counter.
local FURTHEST = 1000000

local function isUnconfirmed(number)
  return line.unconfirmed > 0 and has(UNCONFIRMED, number)
end

-- Whether a ticket of this line carries a number above the counter, which only a line that lost writes can have.
local function isAhead(number)
  return line.incarnation ~= '' and number > line.queue and number <= line.queue + FURTHEST
end

-- Marks the numbers of a range that are not used up.
local function markUnconfirmed(from, to)
  if to < from then return end
  if line.unconfirmed == 0 then redis.call('DEL', UNCONFIRMED) end
  local above = math.max(from, line.serving + 1)
  line.unconfirmed_of = line.generation
  line.unconfirmed = line.unconfirmed + to - from + 1 - countBits(SPENT, from, to)
  line.left_unserved = line.left_unserved + math.max(0, to - above + 1) - countBits(SPENT, above, to)
  local marked = missingBits(SPENT, from, to)
  addBits(UNCONFIRMED, from, marked)
  addBits(SPENT, from, marked)
  -- Nobody is both present and spent.
  clearBits(PRESENT, from, to)
  for _, slot in ipairs(SLOTS) do clearBits(slot, from, to) end
  clearBits(LASTING, from, to)
end

-- Moves the counter on to `to` and marks the gap. Credits stay credits.
local function moveOn(to)
  if to <= line.queue then return end
  local from, credits = line.queue + 1, math.max(0, line.serving - line.queue)
  line.queue = to
  -- In passthrough mode nobody waits.
  if credits > 0 or line.mode == 'passthrough' then line.serving = math.max(line.serving, to + credits) end
  markUnconfirmed(from, to)
end

-- To the front of the line, number kept; or straight to served, where there is a credit.
local function returnToFront(number, now)
  hear(WAITERS, number)
  addReturned(number)
  if line.mode == 'passthrough' then
    serveAgain(number, now)
  -- Nobody else waits, and the credit is theirs.
  elseif line.serving > line.queue and canServe() then
    line.serving = line.serving - 1
    serveAgain(number, now)
  end
end

-- A ticket proves that a number was issued: it waits like any other, present. If the serving counter has passed it, it
-- goes to the front of the line.
local function prove(number, now)
  if number < 1 then return end
  if isAhead(number) then moveOn(number) end
  if not isUnconfirmed(number) then return end
  redis.call('SETBIT', UNCONFIRMED, number, 0)
  redis.call('SETBIT', SPENT, number, 0)
  line.unconfirmed = line.unconfirmed - 1
  if number <= line.serving then
    returnToFront(number, now)
  else
    line.left_unserved = line.left_unserved - 1
    hearWaiter(number)
  end
end

-- The counter that is `numbers` further than the serving counter, either way; unconfirmed numbers do not count.
local function counterAfter(numbers)
  local skipped = 0
  while true do
    local to = line.serving + numbers + (numbers < 0 and -skipped or skipped)
    if line.unconfirmed == 0 then return to end
    local from, last = line.serving + 1, to
    if numbers < 0 then from, last = to + 1, line.serving end
    local found = countBits(UNCONFIRMED, math.max(1, from), last)
    if found == skipped then return to end
    skipped = found
  end
end
