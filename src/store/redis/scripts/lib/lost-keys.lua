-- Keys of a line that Redis lost while it kept the others, as a Redis that evicts keys does. That a key is there proves
-- nothing: the next join writes a bitmap again. So what the line counts is compared with what its keys hold. For SPENT
-- there is no count: bit 0, which no number has, marks it in the generation `marked`.

local function isUnionOfWindows(presence)
  redis.call('BITOP', 'OR', SCRATCH, unpack(presence.slots))
  if presence.lasting then redis.call('BITOP', 'OR', SCRATCH, SCRATCH, presence.lasting) end
  redis.call('BITOP', 'XOR', SCRATCH, SCRATCH, presence.present)
  local differing = redis.call('BITPOS', SCRATCH, 1)
  redis.call('DEL', SCRATCH)
  return differing < 0
end

-- The same for numbers in line, up to `to`.
local function isUnionUpTo(to)
  if to <= line.serving then return true end
  local first, last = math.floor((line.serving + 1) / 8), math.floor(to / 8)
  local heard = {}
  for i, key in ipairs({ WAITERS.lasting, unpack(WAITERS.slots) }) do heard[i] = redis.call('GETRANGE', key, first, last) end
  local present = redis.call('GETRANGE', PRESENT, first, last)
  return not string.find(combined('XOR', combined('OR', unpack(heard)), present), '[^%z]')
end

-- Whether RETURNED has as many as it should. Where that is none, it is not read.
local function haveReturned()
  local first = line.returned > 0 and firstByte(RETURNED)
  return line.returned == (first and redis.call('BITCOUNT', RETURNED, first, -1) or 0)
end

local function isPresentKept(reach)
  if reach then return isUnionUpTo(reach) end
  return isUnionOfWindows(WAITERS)
end

local function countHeld()
  return countBits(HOLDING, line.over + 1, line.queue) + redis.call('ZCARD', SERVED_AGAIN)
end

-- Whether every number for which a place is held has a time until which it may claim.
local function haveBatches()
  local last = redis.call('ZREVRANGE', BATCHES, 0, 0)[1]
  return countBits(HOLDING, (last and parseBatch(last) or line.over) + 1, line.queue) == 0
end

local function haveDraws()
  for draw = 1, line.draws do
    if redis.call('HEXISTS', DRAWS, string.format('%.0f', draw)) == 0 then return false end
  end
  return true
end

-- The names of keys one of which was lost. With `reach`, as far as a raise up to that number can tell, which costs the same
-- in a line of any length.
local function lostKeys(reach)
  local inside, listed = redis.call('ZCARD', ACTIVE), redis.call('HLEN', ADMISSIONS)
  local checks = {
    { 'admissions', listed >= inside },
    { 'active', inside >= listed },
    { 'present', isPresentKept(reach) },
    { 'entrants', reach or line.drawing == 0 or isUnionOfWindows(ENTRANTS) },
    { 'holding', line.held == countHeld() },
    { 'batches', haveBatches() },
    { 'returned', haveReturned() },
    { 'unconfirmed', line.unconfirmed == 0 or line.unconfirmed == redis.call('BITCOUNT', UNCONFIRMED) },
    { 'spent', line.marked ~= line.generation or has(SPENT, 0) },
    { 'draws', haveDraws() },
  }
  local lost = {}
  for _, check in ipairs(checks) do
    if not check[2] then lost[#lost + 1] = check[1] end
  end
  return lost
end
