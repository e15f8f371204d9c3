-- The rows of BUDGET (lib/budget.lua): what a script reads and writes of them. BUDGET has network → its
-- entries, with a space between. A key names an address by 8 characters and the network around it by the rest, which has a
-- slash before it here. Without a slash, it is an address: an earlier version has entries of addresses too.
--
-- BUDGET_ORDER has the networks in the order in which they are looked at. A member is several, with a space between, and
-- its score says only what comes before it: each batch of joins adds one member. Earlier versions add one for each network,
-- again at each look, so a network may be in it more than once.
local NETWORKS = 50000
local ENTRIES = 1800000
-- Under this name BUDGET has `entries:looks`: how many entries there were in all, and after how many looks. Earlier
-- versions do not count entries, and each of their looks may have added one.
local COUNT = 'entries'
-- A text of more bytes begins with the number of its entries, as in `0:0,=1201.70312: `, and with its length: an earlier
-- version takes that for the entry of a visitor who has left, and may have added others.
local LONG = 1000
-- What is stored of a network without entries, until it is looked at: to an earlier version, a visitor who has left.
local NONE = '0:0,:'
-- The most networks of a member of BUDGET_ORDER.
local TOGETHER = 100
-- After so many looks it is seen whether all networks are in the order.
local ORDER_SEEN = 10000

-- All networks are read at once (readBudget), and written at once (saveBudget). Each has a row, those of entrants first,
-- and COUNT has one behind these. Lists are cheaper than tables by network: of each row the network, its entries as they
-- were stored and as they are, in one text, how many they are, and whether the network is in the order.
local networks, stored, texts, counts, isOrdered = {}, {}, {}, {}, {}
-- The rows that changed, some more than once; networks, each with what to store of it; those to put at the order's end.
local changed, written, last = {}, {}, {}
-- How many networks are in the order, and how many looks there were in this script.
local networkCount, lookCount = 0, 0
-- Whether networks are looked at because the budgets are more than half full.
local isLooking = false
-- For how many entries there is room at least, and how many looks of earlier versions count as entries.
local room, uncounted = 0, 0
-- The rows of networks that were looked for by name, and whether the entries of a row, or of an address, were checked.
local rowOf, isChecked = {}, {}

-- The entries that a stored text has, and how many: there may be too many to take it apart each time.
local function entriesIn(text)
  local at = string.find(text, ' ', 1, true)
  if not at then
    if text == NONE then return '', 0 end
    return text, 1
  end
  if #text > LONG then
    local known, length, from = string.match(text, '^0:0,=(%d+)%.(%d+): ()')
    if known then
      text, at = string.sub(text, from), string.find(text, ' ', from, true)
      if #text == tonumber(length) then return text, tonumber(known) end
    end
  end
  local count = 1
  while at do
    count, at = count + 1, string.find(text, ' ', at + 1, true)
  end
  return text, count
end

local function storedText(row)
  local text = texts[row]
  if text == '' then return NONE end
  return #text > LONG and string.format('0:0,=%d.%d: %s', counts[row], #text, text) or text
end

-- Runs a command with some of a list, then with the next, to its end.
local function callInParts(command, key, list)
  for first = 1, #list, 1000 do
    redis.call(command, key, unpack(list, first, math.min(first + 999, #list)))
  end
end

-- Reads the rows from `from` on.
local function readRows(from)
  for first = from, #networks, 1000 do
    local to = math.min(first + 999, #networks)
    local part = redis.call('HMGET', BUDGET, unpack(networks, first, to))
    -- Copied at once: a list that grows is made again each time that it is twice as long.
    if first == 1 then stored, texts, counts, isOrdered = part, { unpack(part) }, { unpack(part) }, { unpack(part) } end
    for row = first, to do
      local text = part[row - first + 1]
      if text then
        stored[row], isOrdered[row] = text, true
        texts[row], counts[row] = entriesIn(text)
      else
        stored[row], isOrdered[row], texts[row], counts[row] = '', false, '', 0
      end
    end
  end
end

-- Puts a network that is not in the order at its end.
local function putLast(row)
  isOrdered[row], last[#last + 1], networkCount = true, networks[row], networkCount + 1
end

-- Keeps the entries of a network, which keeps its turn to be looked at, also without any.
local function keepEntries(row, text, count)
  lookCount, room = lookCount + 1, room + counts[row] - count
  texts[row], counts[row], changed[#changed + 1] = text, count, row
  if count > 0 and not isOrdered[row] then putLast(row) end
end

-- Keeps the first entry of a network that is new. It is stored as it is: nothing looks at the row afterwards.
local function keepFirst(row, entry)
  local network, w = networks[row], #written
  written[w + 1], written[w + 2], last[#last + 1] = network, entry, network
  lookCount, room, networkCount = lookCount + 1, room - 1, networkCount + 1
end

-- Puts a network whose turn it was behind the others, if it has entries.
local function endTurn(row)
  if isOrdered[row] then networkCount = networkCount - 1 end
  isOrdered[row], changed[#changed + 1] = false, row
  if counts[row] > 0 then putLast(row) end
end

-- A further row, which has yet to be read, unless there is one.
local function addRow(network)
  if rowOf[network] then return end
  rowOf[network] = #networks + 1
  networks[#networks + 1] = network
end

-- Counts the entries of all networks.
local function countAll()
  local cursor, count = '0', 0
  repeat
    local found = redis.call('HSCAN', BUDGET, cursor, 'COUNT', 100)
    cursor = found[1]
    for at = 1, #found[2], 2 do
      local network, text = found[2][at], found[2][at + 1]
      if network ~= COUNT then
        local _, entries = entriesIn(text)
        count = count + entries
      end
    end
  until cursor == '0'
  return count
end

-- Adds networks to the order. The score is that of the first member, and each further one has one more for each network.
local function order(list, score)
  for first = 1, #list, TOGETHER do
    local together = table.concat(list, ' ', first, math.min(first + TOGETHER - 1, #list))
    -- As a text: Redis takes longer to write a number.
    redis.call('ZADD', BUDGET_ORDER, string.format('%d', score + first - 1), together)
  end
end

-- Puts the networks that the order lacks before the others: Redis lost it, or an earlier version took a member that it
-- could not read.
local function orderOthers()
  local together, others = table.concat(redis.call('ZRANGE', BUDGET_ORDER, 0, -1), ' '), {}
  local _, ordered = string.gsub(together, '%S+', '')
  if ordered >= networkCount then return end
  local isKnown = { [COUNT] = true }
  for network in string.gmatch(together, '%S+') do isKnown[network] = true end
  for _, network in ipairs(redis.call('HKEYS', BUDGET)) do
    if not isKnown[network] then others[#others + 1] = network end
  end
  order(others, -NETWORKS)
end

-- Called once at most.
local function saveBudget()
  if #changed == 0 and #last == 0 then return end
  local gone, w, before = {}, #written, line.budget_looks
  for _, row in ipairs(changed) do
    local text = isOrdered[row] and storedText(row) or ''
    if text ~= stored[row] then
      if text == '' then
        gone[#gone + 1] = networks[row]
      else
        written[w + 1], written[w + 2] = networks[row], text
        w = w + 2
      end
      stored[row] = text
    end
  end
  line.budget_looks = before + lookCount
  written[w + 1], written[w + 2] = COUNT, string.format('%d:%d', ENTRIES - room - uncounted, line.budget_looks - uncounted)
  callInParts('HDEL', BUDGET, gone)
  callInParts('HSET', BUDGET, written)
  order(last, before + 1)
  if isLooking and math.floor(line.budget_looks / ORDER_SEEN) > math.floor(before / ORDER_SEEN) then orderOthers() end
end
