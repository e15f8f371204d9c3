-- Sets of numbers as bitmaps, most significant bit first. Ranges include both ends. Whole ranges are left to Redis's
-- own commands, a few for each range however long; only the two edge bytes are handled here.

local function byteAt(key, at)
  return string.byte(redis.call('GETRANGE', key, at, at)) or 0
end

local function has(key, n)
  return redis.call('GETBIT', key, n) == 1
end

local function ones(byte)
  local count = 0
  while byte > 0 do
    count = count + byte % 2
    byte = math.floor(byte / 2)
  end
  return count
end

local function countBits(key, from, to)
  if to < from then return 0 end
  local first, last = math.floor(from / 8), math.floor(to / 8)
  local count = redis.call('BITCOUNT', key, first, last)
  if count == 0 then return 0 end
  local before, after = from % 8, 7 - to % 8
  if before > 0 then count = count - ones(bit.rshift(byteAt(key, first), 8 - before)) end
  if after > 0 then count = count - ones(byteAt(key, last) % 2 ^ after) end
  return count
end

-- The bytes `s`, which begin with the byte of `from`, without the bits outside of the range.
local function masked(s, from, to)
  if s == '' then return s end
  local length = math.floor(to / 8) - math.floor(from / 8) + 1
  local head, tail = bit.rshift(0xff, from % 8), bit.band(0xff, bit.lshift(0xff, 7 - to % 8))
  if length == 1 then return string.char(bit.band(string.byte(s), head, tail)) end
  local cut = string.char(bit.band(string.byte(s), head)) .. string.sub(s, 2)
  if #s < length then return cut end
  return string.sub(cut, 1, -2) .. string.char(bit.band(string.byte(s, -1), tail))
end

-- Of the bytes `s`, which begin with the byte of 0, the numbers below `count`.
local function cutBits(s, count)
  if count < 1 then return '' end
  return masked(string.sub(s, 1, math.floor((count - 1) / 8) + 1), 0, count - 1)
end

local function sliceBits(key, from, to)
  if to < from then return '' end
  return masked(redis.call('GETRANGE', key, math.floor(from / 8), math.floor(to / 8)), from, to)
end

-- The bytes of ranges that begin at the same byte, combined by AND, OR or XOR.
local function combined(operation, first, ...)
  redis.call('SET', SCRATCH, first)
  for _, other in ipairs({ ... }) do
    redis.call('SET', SCRATCH2, other)
    redis.call('BITOP', operation, SCRATCH, SCRATCH, SCRATCH2)
  end
  local s = redis.call('GET', SCRATCH) or ''
  redis.call('DEL', SCRATCH, SCRATCH2)
  return s
end

-- How many numbers are in `s`.
local function countOnes(s)
  if s == '' then return 0 end
  redis.call('SET', SCRATCH, s)
  local count = redis.call('BITCOUNT', SCRATCH)
  redis.call('DEL', SCRATCH)
  return count
end

-- How many numbers of a range are in both sets.
local function countCommon(key, other, from, to)
  if to < from then return 0 end
  return countOnes(combined('AND', sliceBits(key, from, to), sliceBits(other, from, to)))
end

-- The first byte of a set that is not 0; nil for an empty set.
local function firstByte(key)
  local first = redis.call('BITPOS', key, 1)
  return first >= 0 and math.floor(first / 8) or nil
end

-- Adds the numbers in `s`, whose first byte is that of `from`, to a set that has none at or above `from`.
local function appendBits(key, from, s)
  if s == '' then return end
  local at = math.floor(from / 8)
  local head = bit.bor(string.byte(s), byteAt(key, at))
  redis.call('SETRANGE', key, at, string.char(head) .. string.sub(s, 2))
end

-- Adds the numbers in `s`, whose first byte is that of `from`, to any set.
local function addBits(key, from, s)
  if s == '' then return end
  local at = math.floor(from / 8)
  redis.call('SET', SCRATCH, s)
  redis.call('SET', SCRATCH2, redis.call('GETRANGE', key, at, at + #s - 1))
  redis.call('BITOP', 'OR', SCRATCH, SCRATCH, SCRATCH2)
  redis.call('SETRANGE', key, at, redis.call('GET', SCRATCH))
  redis.call('DEL', SCRATCH, SCRATCH2)
end

-- Takes the numbers in `s`, whose first byte is that of `from`, out of a set.
local function removeBits(key, from, s)
  local at = math.floor(from / 8)
  local there = redis.call('GETRANGE', key, at, at + #s - 1)
  if there ~= '' then redis.call('SETRANGE', key, at, combined('XOR', there, combined('AND', there, s))) end
end

-- Takes the numbers of another set out of a set.
local function deleteBits(key, other)
  redis.call('BITOP', 'AND', SCRATCH, key, other)
  redis.call('BITOP', 'XOR', key, key, SCRATCH)
  redis.call('DEL', SCRATCH)
end

local function clearBits(key, from, to)
  if to < from then return end
  local first = math.floor(from / 8)
  local s = redis.call('GETRANGE', key, first, math.floor(to / 8))
  if s == '' then return end
  local inside = masked(s, from, to)
  local kept = string.char(string.byte(s) - string.byte(inside))
  if #s > 1 then
    kept = kept .. string.rep('\0', #s - 2) .. string.char(string.byte(s, -1) - string.byte(inside, -1))
  end
  redis.call('SETRANGE', key, first, kept)
end

-- All numbers of the range, as bytes for appendBits.
local function allBits(from, to)
  if to < from then return '' end
  return masked(string.rep('\255', math.floor(to / 8) - math.floor(from / 8) + 1), from, to)
end

-- Those of the range that are not in the set, as bytes for appendBits.
local function missingBits(key, from, to)
  local length = math.floor(to / 8) - math.floor(from / 8) + 1
  local s = redis.call('GETRANGE', key, math.floor(from / 8), math.floor(to / 8))
  redis.call('SET', SCRATCH, s .. string.rep('\0', length - #s))
  redis.call('BITOP', 'NOT', SCRATCH, SCRATCH)
  local missing = masked(redis.call('GET', SCRATCH), from, to)
  redis.call('DEL', SCRATCH)
  return missing
end

-- The `k`th number (from 1) at or after `from`; where there are fewer, nil and how many are missing. It looks about as
-- far as the number is, not to the end: at stretches twice as long each, then at halves of the one that has it.
local function nthBit(key, k, from)
  local low, last = math.floor(from / 8), redis.call('STRLEN', key) - 1
  if from % 8 > 0 then k = k + ones(bit.rshift(byteAt(key, low), 8 - from % 8)) end
  local length, high = math.ceil(k / 8), nil
  while not high do
    if low > last then return nil, k end
    local stop = math.min(low + length - 1, last)
    local count = redis.call('BITCOUNT', key, low, stop)
    if count >= k then
      high = stop
    else
      k, low, length = k - count, stop + 1, length * 2
    end
  end
  while low < high do
    local middle = math.floor((low + high) / 2)
    local count = redis.call('BITCOUNT', key, low, middle)
    if count >= k then
      high = middle
    else
      k, low = k - count, middle + 1
    end
  end
  local byte = byteAt(key, low)
  for i = 0, 7 do
    if bit.band(byte, bit.rshift(0x80, i)) ~= 0 then
      k = k - 1
      if k == 0 then return low * 8 + i end
    end
  end
end

-- Visits the numbers of a set in ascending order, `most` of them; how many there were. A visit may take its own
-- number out of the set.
local function eachBit(key, most, visit)
  local visited, at = 0, 0
  while visited < most do
    local number = redis.call('BITPOS', key, 1, at)
    if number < 0 then break end
    at = math.floor(number / 8)
    local byte = byteAt(key, at)
    for i = number % 8, 7 do
      if visited < most and bit.band(byte, bit.rshift(0x80, i)) ~= 0 then
        visit(at * 8 + i)
        visited = visited + 1
      end
    end
    at = at + 1
  end
  return visited
end
