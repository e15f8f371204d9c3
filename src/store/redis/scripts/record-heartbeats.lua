-- Records heartbeats. Numbers of another line or generation, used up, or never issued, are ignored.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: now, incarnation, generation, 1 where the visitors are present until their numbers are used up, how many
-- stretches, how many of the numbers are of proven tickets, of each stretch its first byte, the bits of proven numbers and
-- those of others, in as many bytes, and number …, those of proven tickets first
-- Reply: { 'absent' } | { 'OK' }
if not loadLine() then return { 'absent' } end
local now = settle(tonumber(ARGV[1]))
local isLasting, stretches, proven = ARGV[4] == '1', tonumber(ARGV[5]), tonumber(ARGV[6])
local FIRST_NUMBER = 7 + 3 * stretches

-- A ticket from before the room asked for proofs, or that was drawn, says with its heartbeat that it is unproven. A proof
-- makes up for the place in the budget that a visitor lost. Whether the number lost it.
local function noteProof(number, isProven)
  if not isProven then
    if line.challenge ~= 1 then return false end
    redis.call('SETBIT', UNPROVEN, number, 1)
    return number > line.serving and has(MISSED, number)
  end
  if has(UNPROVEN, number) then
    if number > line.serving then redis.call('SETBIT', MISSED, number, 0) end
    redis.call('SETBIT', UNPROVEN, number, 0)
  end
  return false
end

-- Whether a number that was restored while its visitor was absent gets a credit.
local function takesCredit(number)
  return line.serving > line.queue and has(RETURNED, number) and has(RESTORED, number)
end

local function hearNumber(number, isProven)
  prove(number, now)
  if number < 1 or number > line.queue or has(SPENT, number) or noteProof(number, isProven) then return end
  if isArriving(number) then
    dropArriving(number)
    returnToFront(number, now)
  elseif takesCredit(number) then
    returnToFront(number, now)
  else
    hearWaiter(number)
  end
  if isLasting then hearLastingly(WAITERS, number) end
end

-- Whether heartbeats of the numbers in a stretch change bits alone: none of them was lost, is above the counter, or goes to
-- the front.
local function isPlain(at, bytes)
  if line.unconfirmed > 0 or line.arriving_due > 0 or line.serving > line.queue then return false end
  local last = math.floor(line.queue / 8)
  if at + #bytes - 1 ~= last then return at + #bytes - 1 < last end
  return bit.band(string.byte(bytes, -1), bit.rshift(0x7f, line.queue % 8)) == 0
end

-- The bits of a byte that are of numbers above the serving counter.
local function aboveServing(byte)
  local from = 8 * byte
  if from > line.serving then return 0xff end
  if from + 7 <= line.serving then return 0 end
  return bit.rshift(0x7f, line.serving - from)
end

-- Some bytes of a set, and what puts others in their place.
local function openBytes(key, at, length)
  local stored = redis.call('GETRANGE', key, at, at + length - 1)
  stored = stored .. string.rep('\0', length - #stored)
  local bytes = { string.byte(stored, 1, length) }
  return bytes, function()
    local text = string.char(unpack(bytes))
    if text ~= stored then redis.call('SETRANGE', key, at, text) end
  end
end

-- The same as `hearNumber` for each number of a stretch, a byte of them at a time.
local function hearStretch(at, ofProven, ofOthers)
  local length = #ofProven
  local spent = openBytes(SPENT, at, length)
  local unproven, saveUnproven = openBytes(UNPROVEN, at, length)
  local missed, saveMissed = openBytes(MISSED, at, length)
  local waited, saveWaited = openBytes(WAITED, at, length)
  local heard = {}
  for i = 1, length do
    local live, above = bit.bnot(spent[i]), aboveServing(at + i - 1)
    local withProof, others = bit.band(string.byte(ofProven, i), live), bit.band(string.byte(ofOthers, i), live)
    local proved = bit.band(withProof, unproven[i])
    missed[i] = bit.band(missed[i], bit.bnot(bit.band(proved, above)))
    unproven[i] = bit.band(unproven[i], bit.bnot(proved))
    if line.challenge == 1 then
      unproven[i] = bit.bor(unproven[i], others)
      others = bit.band(others, bit.bnot(bit.band(missed[i], above)))
    end
    heard[i] = bit.bor(withProof, others)
    waited[i] = bit.bor(waited[i], bit.band(heard[i], above))
  end
  saveUnproven()
  saveMissed()
  saveWaited()
  for _, set in ipairs({ SLOTS[line.slot + 1], PRESENT, isLasting and LASTING or nil }) do
    local bytes, save = openBytes(set, at, length)
    for i = 1, length do bytes[i] = bit.bor(bytes[i], heard[i]) end
    save()
  end
end

local function addNumbers(numbers, at, bytes)
  for i = 1, #bytes do
    local byte = string.byte(bytes, i)
    for n = 0, byte > 0 and 7 or -1 do
      if bit.band(byte, bit.rshift(0x80, n)) ~= 0 then numbers[#numbers + 1] = 8 * (at + i - 1) + n end
    end
  end
end

if isOfLine(ARGV[2], ARGV[3]) then
  local withProof, others = {}, {}
  for i = FIRST_NUMBER, #ARGV do
    local numbers = i < FIRST_NUMBER + proven and withProof or others
    numbers[#numbers + 1] = tonumber(ARGV[i])
  end
  local hasMore = false
  for n = 1, stretches do
    local at, ofProven, ofOthers = tonumber(ARGV[4 + 3 * n]), ARGV[5 + 3 * n], ARGV[6 + 3 * n]
    if isPlain(at, ofProven) and isPlain(at, ofOthers) then
      hearStretch(at, ofProven, ofOthers)
    else
      addNumbers(withProof, at, ofProven)
      addNumbers(others, at, ofOthers)
      hasMore = true
    end
  end
  -- Which comes first counts where they go to the front.
  for _, numbers in ipairs({ withProof, others }) do
    if hasMore then table.sort(numbers) end
    for _, number in ipairs(numbers) do hearNumber(number, numbers == withProof) end
  end
end
saveLine()
return { 'OK' }
