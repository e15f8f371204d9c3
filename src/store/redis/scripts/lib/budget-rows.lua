-- The rows of BUDGET (lib/budget.lua): what a script reads and writes of them. BUDGET has network → its
-- entries, with a space between; BUDGET_ORDER has the networks in the order in which they were looked at. A key names an
-- address by 8 characters and the network around it by the rest, which has a slash before it here. Without a slash, it is
-- an address: an earlier version has entries of addresses too.
local NETWORKS = 50000
local ENTRIES = 1800000
-- Under this name BUDGET has `entries:looks`: how many entries there were in all, and after how many looks. Earlier
-- versions do not count entries, and each of their looks may have added one.
local COUNT = 'entries'
-- More than a network may have entries, and a power of two: a part of it is an exact fraction.
local COUNTS = 131072
-- The number of entries in a text of more bytes is in BUDGET_ORDER, as the fraction of the score.
local LONG = 1000

-- All networks are read at once (readBudget), and written at once (saveBudget). Each has a row, those of entrants first,
-- and COUNT has one behind these. Lists are cheaper than tables by network: of each row the network, its entries as they
-- were stored and as they are, in one text, and how many they are. Then the row of each look, in the order of the looks.
local networks, stored, texts, counts, looked = {}, {}, {}, {}, {}
-- How many networks have entries, and how many looks there were in this script.
local networkCount, lookCount = 0, 0
-- For how many entries there is room at least, and how many looks of earlier versions count as entries.
local room, uncounted = 0, 0
-- The rows of networks that were looked for by name, and whether the entries of a row, or of an address, were checked.
local rowOf, isChecked = {}, {}

-- How many entries are in a text: there may be too many to take it apart each time. A process of an early version leaves
-- their number out.
local function countEntries(network, text)
  local at = string.find(text, ' ', 1, true)
  if not at then return 1 end
  local known = #text > LONG and tonumber(redis.call('ZSCORE', BUDGET_ORDER, network) or 0) % 1 * COUNTS or 0
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

-- Reads the rows from `from` on.
local function readRows(from)
  for first = from, #networks, 1000 do
    local last = math.min(first + 999, #networks)
    local part = redis.call('HMGET', BUDGET, unpack(networks, first, last))
    -- Copied at once: a list that grows is made again each time that it is twice as long.
    if first == 1 then stored, texts, counts, looked = part, { unpack(part) }, { unpack(part) }, { unpack(part) } end
    for row = first, last do
      local text = part[row - first + 1]
      stored[row], texts[row], counts[row] = text or '', text or '', text and countEntries(networks[row], text) or 0
    end
  end
end

-- Keeps the entries of a network, as the one that was looked at last.
local function keepEntries(row, text, count)
  local before = counts[row]
  if before == 0 and count > 0 then
    networkCount = networkCount + 1
  elseif before > 0 and count == 0 then
    networkCount = networkCount - 1
  end
  lookCount, room = lookCount + 1, room + before - count
  texts[row], counts[row], looked[lookCount] = text, count, row
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
      if network ~= COUNT then count = count + countEntries(network, text) end
    end
  until cursor == '0'
  return count
end

-- Called once at most.
local function saveBudget()
  local written, scores, gone = {}, {}, {}
  local w, z, before = 0, 0, line.budget_looks
  -- Of several looks at a row, the last one counts.
  for look = 1, lookCount do
    local row = looked[look]
    local network, text = networks[row], texts[row]
    if text == '' then
      gone[#gone + 1] = network
    else
      local score = before + look
      -- As a text: Redis takes longer to write a number.
      scores[z + 1] = #text > LONG and score + counts[row] / COUNTS or string.format('%d', score)
      scores[z + 2] = network
      z = z + 2
      if text ~= stored[row] then
        written[w + 1], written[w + 2] = network, text
        w = w + 2
      end
    end
  end
  if lookCount > 0 then
    line.budget_looks = before + lookCount
    local counted = line.budget_looks - uncounted
    written[w + 1], written[w + 2] = COUNT, string.format('%d:%d', ENTRIES - room - uncounted, counted)
  end
  callInParts('HDEL', BUDGET, gone)
  callInParts('ZREM', BUDGET_ORDER, gone)
  callInParts('HSET', BUDGET, written)
  callInParts('ZADD', BUDGET_ORDER, scores)
end
