-- Keys of a line that Redis lost while it kept the others, as a Redis that evicts keys does. That a key is there proves
-- nothing: the next join writes a bitmap again. So what the line counts is compared with what its keys hold. For SPENT
-- there is no count: bit 0, which no number has, marks it in the generation `marked`.

local function isUnionOfWindows(presence)
  unite(presence, SCRATCH)
  redis.call('BITOP', 'XOR', SCRATCH, SCRATCH, presence.present)
  local differing = redis.call('BITPOS', SCRATCH, 1)
  redis.call('DEL', SCRATCH)
  return differing < 0
end

-- The same for the numbers of a range.
local function isUnionIn(presence, from, to)
  if to < from then return true end
  local first, last = math.floor(from / 8), math.floor(to / 8)
  local function slice(key) return redis.call('GETRANGE', key, first, last) end
  local heard = { presence.lasting and slice(presence.lasting) or '' }
  for _, slot in ipairs(presence.slots) do heard[#heard + 1] = slice(slot) end
  return not string.find(combined('XOR', combined('OR', unpack(heard)), slice(presence.present)), '[^%z]')
end

local function isKept(presence, from, to)
  if from then return isUnionIn(presence, from, to) end
  return isUnionOfWindows(presence)
end

-- Whether RETURNED has as many as it should. Where that is none, it is not read.
local function haveReturned()
  local first = line.returned > 0 and firstByte(RETURNED)
  return line.returned == (first and redis.call('BITCOUNT', RETURNED, first, -1) or 0)
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

-- The names of keys one of which was lost. With a range, of those present only its numbers are looked at: it costs the same
-- in a line of any length.
local function lostKeys(from, to)
  local inside, listed = redis.call('ZCARD', ACTIVE), redis.call('HLEN', ADMISSIONS)
  local checks = {
    { 'admissions', listed >= inside },
    { 'active', inside >= listed },
    { 'present', isKept(WAITERS, from, to) },
    { 'entrants', line.drawing == 0 or isKept(ENTRANTS, from, to) },
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

-- The same once a second: of long bitmaps one stretch after another, since a key that is lost lacks all of them.
local function lostKeysAt(now)
  local length = math.max(redis.call('STRLEN', PRESENT), redis.call('STRLEN', ENTERED))
  local stretches = math.ceil(length / STRETCH)
  if stretches <= SHORT then return lostKeys() end
  local first = STRETCH * (math.floor(now / 1000) % stretches)
  return lostKeys(8 * first, 8 * (first + STRETCH) - 1)
end
