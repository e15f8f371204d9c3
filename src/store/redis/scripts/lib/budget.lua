-- The budget of unproven visitors of an address (waiting-room/line/budget.ts says more). BUDGET has address → its
-- entries, with a space between; BUDGET_ORDER has the addresses in the order in which they were looked at. A key names an
-- address by 8 characters and the network around it by the rest, which has a slash before it here.
local BUDGET_ARRIVES_WITHIN, ADDRESSES, LOOKED_AT, NEW_FOR_ONE_KEPT, WIDE, CHECKED = 30, 100000, 2, 4, 10, 200
-- More than an address or network may have entries, and a power of two: a part of it is an exact fraction.
local COUNTS = 131072
-- The number of entries in a text of more bytes is in BUDGET_ORDER, as the fraction of the score.
local LONG = 1000

-- All addresses are read at once (readBudget), and written at once (saveBudget). Of each that was read: its entries, in one
-- text, how many they are, and the text in BUDGET. Of each that was looked at: which look it was. Those whose entries were
-- checked, and how many addresses have entries.
local textOf, countOf, storedOf, lookOf, isChecked, addressCount = {}, {}, {}, {}, {}, 0

local function secondOf(now)
  return math.floor(measuredTime(now) / 1000)
end

-- Where the visitor of an entry is: 'counts', 'absent' or 'gone'. It is `number:second:visitor`, or `e` draw `.` index
-- `:second:visitor`.
local function standingOf(entry, now)
  local id, second, visitor = string.match(entry, '^([^:]*):(%-?%d+):(.*)$')
  local isRecent = secondOf(now) - tonumber(second) <= BUDGET_ARRIVES_WITHIN
  local draw, index = string.match(id, '^e(%d+)%.(%d+)$')
  if draw then
    if line.drawing ~= 1 or tonumber(draw) ~= line.draws or has(WITHDRAWN, index) then return 'gone' end
    return (isRecent or has(ENTERED, index)) and 'counts' or 'gone'
  end
  local number = tonumber(id)
  if not has(UNPROVEN, number) or isForfeited(number) then return 'gone' end
  if has(SPENT, number) then
    local row = liveAdmission(visitor, now)
    return row and tonumber(string.match(row, '^(%d+):')) == number and 'counts' or 'gone'
  end
  local isHere = isRecent or has(PRESENT, number) or has(HOLDING, number) or isArriving(number)
    or redis.call('ZSCORE', SERVED_AGAIN, number)
  return isHere and 'counts' or 'absent'
end

-- Takes the visitor of an absent entry out of the budget and off the front.
local function forfeit(entry)
  local number = tonumber(string.match(entry, '^%d+'))
  redis.call('SETBIT', MISSED, number, 1)
  redis.call('SETBIT', WAITED, number, 0)
  dropReturned(number)
end

-- How many entries are in a text: there may be too many to take it apart each time. A process of an early version leaves
-- their number out.
local function countEntries(address, text)
  if text == '' then return 0 end
  local known = #text > LONG and tonumber(redis.call('ZSCORE', BUDGET_ORDER, address) or 0) % 1 * COUNTS or 0
  if known > 0 then return known end
  local count, at = 1, string.find(text, ' ', 1, true)
  while at do
    count, at = count + 1, string.find(text, ' ', at + 1, true)
  end
  return count
end

-- Runs a command with some of a list, then with the next, to its end.
local function callInParts(command, key, list, visit)
  for first = 1, #list, 1000 do
    local last = math.min(first + 999, #list)
    local reply = redis.call(command, key, unpack(list, first, last))
    if visit then visit(reply, first, last) end
  end
end

-- Reads addresses that were not read yet.
local function readAddresses(addresses)
  callInParts('HMGET', BUDGET, addresses, function(texts, first, last)
    for n = first, last do
      local address, text = addresses[n], texts[n - first + 1] or ''
      textOf[address], storedOf[address], countOf[address] = text, text, countEntries(address, text)
    end
  end)
end

-- Keeps the entries of an address, as the one that was looked at last.
local function keepEntries(address, text, count)
  addressCount = addressCount + math.min(count, 1) - math.min(countOf[address], 1)
  line.budget_looks = line.budget_looks + 1
  textOf[address], countOf[address], lookOf[address] = text, count, line.budget_looks
end

-- Checks the first of the entries, and puts those that stay behind the others: the next check is of the next ones.
local function checkEntries(address, stays)
  local text, kept, checked, at = textOf[address], {}, 0, 1
  while checked < CHECKED and at <= #text do
    local space = string.find(text, ' ', at, true) or #text + 1
    local entry = string.sub(text, at, space - 1)
    if stays(entry) then kept[#kept + 1] = entry end
    checked, at = checked + 1, space + 1
  end
  local others, count = string.sub(text, at), countOf[address] - checked
  local between = others ~= '' and #kept > 0 and ' ' or ''
  keepEntries(address, others .. between .. table.concat(kept, ' '), count + #kept)
end

-- Leaves out entries that do not count; what is absent forfeits.
local function withoutAbsent(address, now)
  checkEntries(address, function(entry)
    local standing = standingOf(entry, now)
    if standing == 'absent' then forfeit(entry) end
    return standing == 'counts'
  end)
end

local function withoutGone(address, now)
  checkEntries(address, function(entry) return standingOf(entry, now) ~= 'gone' end)
end

-- Looks at the addresses that were not looked at for the longest time, before `coming` new ones. Absent visitors keep it
-- while there is room.
local function lookAtOldest(coming, now)
  local isFull = addressCount + coming > ADDRESSES
  local keeping = isFull and math.huge or math.ceil(coming / NEW_FOR_ONE_KEPT)
  local oldest = redis.call('ZRANGE', BUDGET_ORDER, 0, LOOKED_AT * coming - 1)
  local looked = 0
  while looked < #oldest and keeping > 0 do
    -- As many as there are where each of them keeps entries.
    local some, unread = {}, {}
    for n = looked + 1, math.min(looked + keeping, #oldest) do
      some[#some + 1] = oldest[n]
      if not textOf[oldest[n]] then unread[#unread + 1] = oldest[n] end
    end
    readAddresses(unread)
    for _, address in ipairs(some) do
      if isFull then withoutAbsent(address, now) else withoutGone(address, now) end
      if countOf[address] > 0 then keeping = keeping - 1 end
    end
    looked = looked + #some
  end
end

-- Whether an address or network may have one more. It is checked once with each batch of joins.
local function hasRoom(address, limit, now)
  if countOf[address] == 0 then return addressCount < ADDRESSES end
  if countOf[address] < limit then return true end
  if isChecked[address] then return false end
  isChecked[address] = true
  withoutAbsent(address, now)
  return countOf[address] < limit
end

-- The address of a key, and the network around it.
local function addressesOf(key)
  return string.sub(key, 1, 8), '/' .. string.sub(key, 9)
end

local function addEntry(address, entry)
  local text = textOf[address]
  keepEntries(address, text == '' and entry or text .. ' ' .. entry, countOf[address] + 1)
end

-- Grants an entry, if the budgets of the address and of its network allow it.
local function grant(key, entry, now)
  local limit = line.unproven_per_address
  local narrow, wide = addressesOf(key)
  if not hasRoom(narrow, limit, now) or not hasRoom(wide, WIDE * limit, now) then return false end
  addEntry(narrow, entry)
  addEntry(wide, entry)
  return true
end

-- Reads what `grant` needs for these keys.
local function readBudget(keys, now)
  if #keys == 0 then return end
  local addresses, isListed, coming = {}, {}, 0
  local function list(address)
    if isListed[address] then return end
    addresses[#addresses + 1], isListed[address] = address, true
  end
  for _, key in ipairs(keys) do
    local narrow, wide = addressesOf(key)
    list(narrow)
    list(wide)
  end
  readAddresses(addresses)
  for _, address in ipairs(addresses) do
    if countOf[address] == 0 then coming = coming + 1 end
  end
  addressCount = redis.call('HLEN', BUDGET)
  if coming > 0 then lookAtOldest(coming, now) end
end

local function saveBudget()
  local texts, scores, gone = {}, {}, {}
  for address, look in pairs(lookOf) do
    local text, count = textOf[address], countOf[address]
    if count == 0 then
      gone[#gone + 1] = address
    else
      scores[#scores + 1], scores[#scores + 2] = #text > LONG and look + count / COUNTS or look, address
      if text ~= storedOf[address] then texts[#texts + 1], texts[#texts + 2] = address, text end
    end
  end
  callInParts('HSET', BUDGET, texts)
  callInParts('ZADD', BUDGET_ORDER, scores)
  callInParts('HDEL', BUDGET, gone)
  callInParts('ZREM', BUDGET_ORDER, gone)
end
