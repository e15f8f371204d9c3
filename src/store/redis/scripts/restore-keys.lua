-- Restores what a line had in keys that Redis lost (lib/lost-keys.lua), as far as its other keys tell, and begins the rest
-- again so that no number has two holders and no place is given twice.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: now
-- Reply: { 'absent' } | { 'restored', name of a key … }
if not loadLine() then return { 'absent' } end
local now = math.max(line.clock, tonumber(ARGV[1]))

-- Each table of the admissions from the other one. One that only ACTIVE knows of has lost its number, unless it is
-- provisional.
local function restoreAdmissions()
  local numbers = {}
  for _, entry in ipairs(redis.call('ZRANGE', PROVISIONAL, 0, -1)) do
    local generation, number, visitor = string.match(entry, '^(%d+):(%d+):(.*)$')
    if tonumber(generation) == line.generation then numbers[visitor] = tonumber(number) end
  end
  local active = redis.call('ZRANGE', ACTIVE, 0, -1, 'WITHSCORES')
  for i = 1, #active, 2 do
    local ends = tonumber(active[i + 1])
    local row = formatRow(numbers[active[i]] or 0, line.generation, math.max(0, ends - line.lifetime), ends)
    redis.call('HSETNX', ADMISSIONS, active[i], row)
  end
  local rows = redis.call('HGETALL', ADMISSIONS)
  for i = 1, #rows, 2 do redis.call('ZADD', ACTIVE, 'NX', string.match(rows[i + 1], '(%d+)$'), rows[i]) end
end

-- Visitors of whom only the union knows count as heard at this moment: they may be present a little too long.
local function restorePresence(presence)
  redis.call('BITOP', 'OR', presence.present, presence.present, unpack(presence.slots))
  if presence.lasting then redis.call('BITOP', 'OR', presence.present, presence.present, presence.lasting) end
  if not isUnionOfWindows(presence) then hearThose(presence, redis.call('GET', presence.present)) end
end

-- Of the numbers used up: those of live admissions, and those that may never have been issued.
local function restoreSpent()
  if line.unconfirmed > 0 then redis.call('BITOP', 'OR', SPENT, SPENT, UNCONFIRMED) end
  for _, row in ipairs(redis.call('HVALS', ADMISSIONS)) do
    local number, generation = string.match(row, '^(%d+):(%d+):')
    if tonumber(generation) == line.generation and tonumber(number) <= line.queue then
      redis.call('SETBIT', SPENT, number, 1)
    end
  end
  redis.call('SETBIT', SPENT, 0, 1)
  line.left_unserved = countBits(SPENT, line.serving + 1, line.queue)
end

-- Any number that is used up may be one of them, until a ticket proves it.
local function restoreUnconfirmed()
  redis.call('SET', UNCONFIRMED, sliceBits(SPENT, 1, line.queue))
  for _, row in ipairs(redis.call('HVALS', ADMISSIONS)) do
    local number = tonumber(string.match(row, '^(%d+)'))
    if number > 0 and number <= line.queue then redis.call('SETBIT', UNCONFIRMED, number, 0) end
  end
  line.unconfirmed, line.unconfirmed_of = redis.call('BITCOUNT', UNCONFIRMED), line.generation
end

-- Served numbers that are in none of the keys that tell what became of one, as bytes from that of number 1 on.
local function servedOutside(...)
  redis.call('BITOP', 'OR', SCRATCH, SPENT, HOLDING, RETURNED, ...)
  for _, number in ipairs(redis.call('ZRANGE', SERVED_AGAIN, 0, -1)) do redis.call('SETBIT', SCRATCH, number, 1) end
  return missingBits(SCRATCH, 1, math.min(line.serving, line.queue))
end

-- Of numbers as servedOutside has them, those present go to the front of the line, and up to `places` of them are served
-- again; how many.
local function toFront(s, places)
  redis.call('SET', SCRATCH2, s)
  redis.call('BITOP', 'AND', SCRATCH2, SCRATCH2, PRESENT)
  local present = redis.call('GET', SCRATCH2) or ''
  addBits(RETURNED, 0, present)
  redis.call('SET', SCRATCH2, present)
  local served = eachBit(SCRATCH2, places, function(number) serveAgain(number, now) end)
  redis.call('DEL', SCRATCH2)
  return served
end

-- A ticket proves these, and then they go to the front of the line.
local function doubt(s)
  if line.unconfirmed == 0 then redis.call('DEL', UNCONFIRMED) end
  addBits(UNCONFIRMED, 0, s)
  addBits(SPENT, 0, s)
  line.unconfirmed, line.unconfirmed_of = redis.call('BITCOUNT', UNCONFIRMED), line.generation
end

-- Places whose numbers are lost are held for those who may have had them. SERVED_AGAIN, RETURNED and MISSED have in common
-- those who missed a turn.
local function restoreTurns(isReturnedLost)
  local lost, isAgainEmpty = line.held - countHeld(), redis.call('ZCARD', SERVED_AGAIN) == 0
  local places = line.mode == 'passthrough' and math.huge or lost
  line.held = line.held - lost
  if math.min(line.serving, line.queue) > 0 then
    places = places - toFront(servedOutside(MISSED), places)
    doubt(servedOutside(MISSED))
    if isReturnedLost or isAgainEmpty and places > 0 then toFront(servedOutside(), places) end
  end
  line.returned = redis.call('BITCOUNT', RETURNED)
end

-- The seeds are with the processes that saw the draws: they put them back (open.lua), as those of a line that was lost.
local function forgetDraws()
  redis.call('UNLINK', DRAWS)
  line.draws, line.drawing, line.heartbeats_since = 0, 0, now
end

local lost, isLost = lostKeys(), {}
for _, key in ipairs(lost) do isLost[key] = true end
if isLost.admissions or isLost.active then restoreAdmissions() end
if isLost.present then restorePresence(WAITERS) end
if isLost.entrants then restorePresence(ENTRANTS) end
if isLost.spent then restoreSpent() end
if isLost.unconfirmed then restoreUnconfirmed() end
if isLost.batches then addBatch(math.min(line.serving, line.queue), claimDeadline(now)) end
if isLost.holding or isLost.returned or isLost.spent then restoreTurns(isLost.returned) end
if isLost.draws then forgetDraws() end
saveLine()
return { 'restored', unpack(lost) }
