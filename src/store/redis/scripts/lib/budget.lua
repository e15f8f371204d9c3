-- The budget of unproven visitors of an address (waiting-room/line/budget.ts says more). BUDGET has address → its
-- entries, with a space between; BUDGET_ORDER has the addresses in the order in which they were looked at. A key names an
-- address by 8 characters and the network around it by the rest, which has a slash before it here.
local BUDGET_ARRIVES_WITHIN, ADDRESSES, LOOKED_AT, NEW_FOR_ONE_KEPT, WIDE, CHECKED = 30, 100000, 2, 4, 10, 200
-- More than an address or network may have entries, and a power of two: a part of it is an exact fraction.
local COUNTS = 131072
-- The number of entries in a text of more bytes is in BUDGET_ORDER, as the fraction of the score.
local LONG = 1000

-- All addresses are read at once (readBudget), and written at once (saveBudget). Each has a row, which `rowOf` knows.
-- Lists are cheaper than tables by address: of each row the address, its entries in one text, how many they are, and which
-- look at an address was the last at it, or false. Then whether the text changed, and whether the entries were checked.
local rowOf, addresses, texts, counts, looks, isChanged, isChecked = {}, {}, {}, {}, {}, {}, {}
-- How many addresses have entries, and how many looks there were in this script.
local addressCount, lookCount = 0, 0
-- For each checked entry, whether its visitor is gone. An entry is in two rows: that of its address and its network.
local goneOf = {}

local function secondOf(now)
  return math.floor(measuredTime(now) / 1000)
end

-- Whether an entry is of a visitor who may still be on the way. It is `number:second:visitor`, or `e` draw `.` index
-- `:second:visitor`.
local function isRecent(entry, now)
  return secondOf(now) - tonumber(string.match(entry, ':(%-?%d+)')) <= BUDGET_ARRIVES_WITHIN
end

local function isGoneEntrant(entry, now)
  local draw, index = string.match(entry, '^e(%d+)%.(%d+)')
  if line.drawing ~= 1 or tonumber(draw) ~= line.draws or has(WITHDRAWN, index) then return true end
  return not isRecent(entry, now) and not has(ENTERED, index)
end

-- Whether the visitor of an entry has left, has a proof, or lost the place in the budget.
local function isGone(entry, now)
  local number = tonumber(string.match(entry, '^%d+'))
  if not number then return isGoneEntrant(entry, now) end
  if not has(UNPROVEN, number) or number > line.serving and has(MISSED, number) then return true end
  if not has(SPENT, number) then return false end
  local row = liveAdmission(string.match(entry, ':.-:(.*)$'), now)
  return not row or tonumber(string.match(row, '^(%d+):')) ~= number
end

-- Whether the visitor of an entry that is not gone is neither present nor inside.
local function isAbsent(entry, now)
  local number = tonumber(string.match(entry, '^%d+'))
  if not number or isRecent(entry, now) or has(SPENT, number) or has(PRESENT, number) then return false end
  return not has(HOLDING, number) and not isArriving(number) and not redis.call('ZSCORE', SERVED_AGAIN, number)
end

-- The same as `isGone`, once for each entry.
local function isKnownGone(entry, now)
  if goneOf[entry] == nil then goneOf[entry] = isGone(entry, now) end
  return goneOf[entry]
end

-- Takes the visitor of an absent entry out of the budget and off the front.
local function forfeit(entry)
  local number = tonumber(string.match(entry, '^%d+'))
  redis.call('SETBIT', MISSED, number, 1)
  redis.call('SETBIT', WAITED, number, 0)
  dropReturned(number)
  goneOf[entry] = true
end

-- How many entries are in a text: there may be too many to take it apart each time. A process of an early version leaves
-- their number out.
local function countEntries(address, text)
  local at = string.find(text, ' ', 1, true)
  if not at then return 1 end
  local known = #text > LONG and tonumber(redis.call('ZSCORE', BUDGET_ORDER, address) or 0) % 1 * COUNTS or 0
  if known > 0 then return known end
  local count = 1
  while at do
    count, at = count + 1, string.find(text, ' ', at + 1, true)
  end
  return count
end

-- Runs a command with some of a list, then with the next, to its end.
local function callInParts(command, key, list)
  for first = 1, #list, 1000 do
    redis.call(command, key, unpack(list, first, math.min(first + 999, #list)))
  end
end

-- The row of an address. A new one has yet to be read.
local function rowFor(address)
  local row = rowOf[address]
  if row then return row end
  row = #addresses + 1
  rowOf[address], addresses[row], looks[row] = row, address, false
  return row
end

-- Reads the rows from `from` on.
local function readRows(from)
  for first = from, #addresses, 1000 do
    local last = math.min(first + 999, #addresses)
    local stored = redis.call('HMGET', BUDGET, unpack(addresses, first, last))
    for row = first, last do
      local text = stored[row - first + 1]
      texts[row], counts[row] = text or '', text and countEntries(addresses[row], text) or 0
    end
  end
end

-- Keeps the entries of an address, as the one that was looked at last.
local function keepEntries(row, text, count)
  addressCount = addressCount + math.min(count, 1) - math.min(counts[row], 1)
  if text ~= texts[row] then texts[row], isChanged[row] = text, true end
  lookCount = lookCount + 1
  counts[row], looks[row] = count, lookCount
end

-- Checks the first of the entries, and puts those that stay behind the others: the next check is of the next ones.
local function checkEntries(row, stays)
  local text, count = texts[row], counts[row]
  -- Nearly all addresses have one entry.
  if count == 1 and stays(text) then return keepEntries(row, text, 1) end
  if count == 1 then return keepEntries(row, '', 0) end
  local kept, checked, at = {}, 0, 1
  while checked < CHECKED and at <= #text do
    local space = string.find(text, ' ', at, true) or #text + 1
    local entry = string.sub(text, at, space - 1)
    if stays(entry) then kept[#kept + 1] = entry end
    checked, at = checked + 1, space + 1
  end
  local others = string.sub(text, at)
  local between = others ~= '' and #kept > 0 and ' ' or ''
  keepEntries(row, others .. between .. table.concat(kept, ' '), count - checked + #kept)
end

-- Leaves out entries that do not count; what is absent forfeits.
local function withoutAbsent(row, now)
  checkEntries(row, function(entry)
    if isKnownGone(entry, now) then return false end
    local absent = isAbsent(entry, now)
    if absent then forfeit(entry) end
    return not absent
  end)
end

local function withoutGone(row, now)
  checkEntries(row, function(entry) return not isKnownGone(entry, now) end)
end

-- Looks at the addresses that were not looked at for the longest time, before `coming` new ones. Absent visitors keep it
-- while there is room.
local function lookAtOldest(coming, now)
  local isFull = addressCount + coming > ADDRESSES
  local looked, most = 0, LOOKED_AT * coming
  local keeping = isFull and most or math.ceil(coming / NEW_FOR_ONE_KEPT)
  while looked < most and keeping > 0 do
    -- As many as there are where each of them keeps entries.
    local last = math.min(looked + keeping, most)
    local oldest, unread = redis.call('ZRANGE', BUDGET_ORDER, looked, last - 1), #addresses + 1
    for n, address in ipairs(oldest) do oldest[n] = rowFor(address) end
    readRows(unread)
    for _, row in ipairs(oldest) do
      if isFull then withoutAbsent(row, now) else withoutGone(row, now) end
      if not isFull and counts[row] > 0 then keeping = keeping - 1 end
    end
    looked = #oldest < last - looked and most or last
  end
end

-- Whether an address or network may have one more. It is checked once with each batch of joins.
local function hasRoom(row, limit, now)
  local count = counts[row]
  if count == 0 then return addressCount < ADDRESSES end
  if count < limit then return true end
  if isChecked[row] then return false end
  isChecked[row] = true
  withoutAbsent(row, now)
  return counts[row] < limit
end

-- The rows of the address and of the network of a key.
local function rowsFor(key)
  return rowFor(string.sub(key, 1, 8)), rowFor('/' .. string.sub(key, 9))
end

local function addEntry(row, entry)
  local count = counts[row]
  if count == 0 then
    addressCount, texts[row] = addressCount + 1, entry
  else
    texts[row] = texts[row] .. ' ' .. entry
  end
  lookCount = lookCount + 1
  counts[row], looks[row], isChanged[row] = count + 1, lookCount, true
end

-- Grants an entry, if the budgets of the address and of its network allow it.
local function grant(narrow, wide, entry, now)
  local limit = line.unproven_per_address
  if not hasRoom(narrow, limit, now) or not hasRoom(wide, WIDE * limit, now) then return false end
  addEntry(narrow, entry)
  addEntry(wide, entry)
  return true
end

-- Reads what `grant` needs for the rows that there are.
local function readBudget(now)
  if #addresses == 0 then return end
  readRows(1)
  local coming = 0
  for row = 1, #addresses do
    if counts[row] == 0 then coming = coming + 1 end
  end
  addressCount = redis.call('HLEN', BUDGET)
  if coming > 0 then lookAtOldest(coming, now) end
end

local function saveBudget()
  local written, scores, gone = {}, {}, {}
  local w, z, before = 0, 0, line.budget_looks
  for row = 1, #addresses do
    local look = looks[row]
    if look and counts[row] == 0 then
      gone[#gone + 1] = addresses[row]
    elseif look then
      local fraction = #texts[row] > LONG and counts[row] / COUNTS or 0
      scores[z + 1], scores[z + 2] = before + look + fraction, addresses[row]
      z = z + 2
      if isChanged[row] then
        written[w + 1], written[w + 2] = addresses[row], texts[row]
        w = w + 2
      end
    end
  end
  line.budget_looks = before + lookCount
  callInParts('HSET', BUDGET, written)
  callInParts('ZADD', BUDGET_ORDER, scores)
  callInParts('HDEL', BUDGET, gone)
  callInParts('ZREM', BUDGET_ORDER, gone)
end
