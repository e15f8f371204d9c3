-- The budget of unproven visitors of an address (waiting-room/line/budget.ts says more), by the rows of
-- lib/budget-rows.lua.
local BUDGET_ARRIVES_WITHIN, LOOKED_AT, NEW_FOR_ONE_KEPT, WIDE, CHECKED = 30, 2, 8, 10, 200

local function secondOf(now)
  return math.floor(measuredTime(now) / 1000)
end

-- Whether an entry is of a visitor who may still be on the way. It is `number:second,address:visitor`, or `e` draw `.`
-- index `:second,address:visitor`. Earlier versions leave out `,address`.
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

-- Takes the visitor of an absent entry out of the budget and off the front.
local function forfeit(entry)
  local number = tonumber(string.match(entry, '^%d+'))
  redis.call('SETBIT', MISSED, number, 1)
  redis.call('SETBIT', WAITED, number, 0)
  dropReturned(number)
end

-- Whether the visitor of an entry is on the way, present or inside. What is absent forfeits.
local function isThere(entry, now)
  if isGone(entry, now) then return false end
  local absent = isAbsent(entry, now)
  if absent then forfeit(entry) end
  return not absent
end

-- Checks the first of the entries, and puts those that stay behind the others: the next check is of the next ones.
local function checkEntries(row, stays, now)
  local text, count = texts[row], counts[row]
  -- Nearly all networks have one entry.
  if count == 1 and stays(text, now) then return keepEntries(row, text, 1) end
  if count == 1 then return keepEntries(row, '', 0) end
  local kept, checked, at = {}, 0, 1
  while checked < CHECKED and at <= #text do
    local space = string.find(text, ' ', at, true) or #text + 1
    local entry = string.sub(text, at, space - 1)
    if stays(entry, now) then kept[#kept + 1] = entry end
    checked, at = checked + 1, space + 1
  end
  local others = string.sub(text, at)
  local between = others ~= '' and #kept > 0 and ' ' or ''
  keepEntries(row, others .. between .. table.concat(kept, ' '), count - checked + #kept)
end

local function isNotGone(entry, now)
  return not isGone(entry, now)
end

-- The networks of the member that was taken from the order last, which of them is next, and its score.
local front, nextInFront, frontScore = {}, 1, ''

-- Takes so many networks from the front of the order, or as many as there are.
local function takeOldest(most)
  local taken = {}
  while #taken < most do
    if nextInFront > #front then
      local popped = redis.call('ZPOPMIN', BUDGET_ORDER)
      if #popped == 0 then break end
      front, nextInFront, frontScore = {}, 1, popped[2]
      for network in string.gmatch(popped[1], '%S+') do front[#front + 1] = network end
    end
    taken[#taken + 1] = front[nextInFront]
    nextInFront = nextInFront + 1
  end
  return taken
end

-- Puts those that were taken back to the front, from `from` on.
local function putBack(taken, from)
  local rest = { unpack(taken, from) }
  for n = nextInFront, #front do rest[#rest + 1] = front[n] end
  if #rest > 0 then redis.call('ZADD', BUDGET_ORDER, frontScore, table.concat(rest, ' ')) end
end

-- Looks at the networks whose last look was longest ago, before `joining` visitors come, from `coming` new networks among
-- others. Absent visitors keep it while there is room.
local function lookAtOldest(coming, joining, now)
  local isFull, lacksRoom = networkCount + coming > NETWORKS, room < joining
  local newcomers, stays = lacksRoom and joining or coming, (isFull or lacksRoom) and isThere or isNotGone
  local most, isTaken = LOOKED_AT * newcomers, {}
  local keeping = isFull and most or math.ceil(newcomers / NEW_FOR_ONE_KEPT)
  isLooking = true
  while most > 0 and keeping > 0 do
    -- As many as there are where each of them keeps entries.
    local part = math.min(keeping, most)
    local taken, unread = takeOldest(part), #networks + 1
    for _, network in ipairs(taken) do addRow(network) end
    readRows(unread)
    for n, network in ipairs(taken) do
      local row = rowOf[network]
      -- An earlier version may have put it in twice, or not know that it is there.
      if isOrdered[row] and not isTaken[network] then
        isTaken[network] = true
        checkEntries(row, stays, now)
        endTurn(row)
        if lacksRoom and not isFull and room >= joining then return putBack(taken, n + 1) end
        if not isFull and counts[row] > 0 then keeping = keeping - 1 end
      end
    end
    most = #taken < part and 0 or most - part
  end
  putBack({}, 1)
end

-- How many entries of a row are of an address.
local function countOf(row, address)
  local text, mark, count, at = texts[row], ',' .. address .. ':', 0, 0
  repeat
    at = string.find(text, mark, at + 1, true)
    if at then count = count + 1 end
  until not at
  return count
end

-- Checks the first of the entries that are of an address, and puts those that stay behind the others.
local function checkEntriesOf(row, address, now)
  local mark, others, kept, own = ',' .. address .. ':', {}, {}, 0
  local later = {}
  for entry in string.gmatch(texts[row], '%S+') do
    if not string.find(entry, mark, 1, true) then
      others[#others + 1] = entry
    elseif own == CHECKED then
      later[#later + 1] = entry
    else
      own = own + 1
      if isThere(entry, now) then kept[#kept + 1] = entry end
    end
  end
  for _, list in ipairs({ later, kept }) do
    for _, entry in ipairs(list) do others[#others + 1] = entry end
  end
  if own > 0 then keepEntries(row, table.concat(others, ' '), #others) end
end

-- Whether an address may have one more of its network. It is checked once with each batch of joins.
local function addressHasRoom(row, address, limit, now)
  if counts[row] < limit then return true end
  -- The row that an earlier version has for an address. Its entries are also in the row of the network.
  local unread = #networks + 1
  addRow(address)
  readRows(unread)
  local former = rowOf[address]
  if countOf(row, address) + counts[former] < limit then return true end
  if isChecked[address] then return false end
  isChecked[address] = true
  if counts[former] > 0 then checkEntries(former, isThere, now) end
  checkEntriesOf(row, address, now)
  return countOf(row, address) + counts[former] < limit
end

-- The same for a network.
local function networkHasRoom(row, limit, now)
  if counts[row] < limit then return true end
  if isChecked[row] then return false end
  isChecked[row] = true
  checkEntries(row, isThere, now)
  return counts[row] < limit
end

-- Grants an entry, if the budgets of the address and of its network allow it.
local function grant(row, address, entry, now)
  local limit = line.unproven_per_address
  -- Nearly all networks are new.
  if counts[row] == 0 then
    if not isOrdered[row] and networkCount >= NETWORKS or room < 1 then return false end
    keepEntries(row, entry, 1)
    return true
  end
  if not addressHasRoom(row, address, limit, now) or not networkHasRoom(row, WIDE * limit, now) then return false end
  if room < 1 then return false end
  keepEntries(row, counts[row] == 0 and entry or texts[row] .. ' ' .. entry, counts[row] + 1)
  return true
end

-- Reads the rows of the networks of entrants; '' stands for an entrant without one. Some may be in the list more than
-- once: `rows` has the first row of each then. How many networks are new, and how many entrants have one.
-- Called once at most.
local function readBudget(ofEntrants, rows)
  local entrants = #ofEntrants
  networks = ofEntrants
  networks[entrants + 1] = COUNT
  readRows(1)
  local coming, joining = 0, 0
  for row = entrants, 1, -1 do
    local network = networks[row]
    if network ~= '' then
      joining = joining + 1
      if isOrdered[row] then
        rowOf[network] = row
      elseif not rows or rows[row] == row then
        coming = coming + 1
      end
    end
  end
  local entries, looks = string.match(stored[entrants + 1], '^(%-?%d+):(%d+)$')
  networkCount, uncounted = redis.call('HLEN', BUDGET) - (looks and 1 or 0), line.budget_looks - (looks or 0)
  room = ENTRIES - (entries or 0) - uncounted
  return coming, joining
end

-- Whether the budgets are more than half full with so many new networks. If not, nothing has to go.
local function isHalfFull(coming)
  return networkCount + coming > NETWORKS / 2 or room < ENTRIES / 2
end

-- Grants the entries of entrants, as far as the budgets allow it. `rows`, `coming` and `joining` are those of readBudget,
-- and the functions give the entry and the address of an entrant. Those who are refused.
-- Called once at most.
local function grantEach(count, rows, coming, joining, entryOf, addressOf, now)
  -- Looks of earlier versions may have added less. To count takes up to half a second, so a few looks count as entries.
  if room < joining and uncounted >= ENTRIES / 100 then room, uncounted = ENTRIES - countAll(), 0 end
  if isHalfFull(coming) then lookAtOldest(coming, joining, now) end
  local areNew, refused = not rows and coming == count and networkCount + coming <= NETWORKS and room >= coming, {}
  for index = 1, count do
    if areNew then
      keepFirst(index, entryOf(index))
    elseif networks[index] ~= '' then
      local row = rows and rows[index] or index
      if not grant(row, addressOf(index), entryOf(index), now) then refused[index] = true end
    end
  end
  return refused
end
