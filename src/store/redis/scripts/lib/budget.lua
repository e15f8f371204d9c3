-- The budget of unproven visitors of an address (waiting-room/line/budget.ts says more). BUDGET has address → its
-- entries, with a space between; BUDGET_ORDER has the addresses in the order in which they were looked at. A key names an
-- address by 8 characters and the network around it by the rest, which has a slash before it here.
local BUDGET_ARRIVES_WITHIN, ADDRESSES, LOOKED_AT, WIDE = 30, 100000, 2, 10

local function secondOf(now)
  return math.floor((now - line.shifted) / 1000)
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

local function entriesOf(address)
  local entries = {}
  for entry in string.gmatch(redis.call('HGET', BUDGET, address) or '', '%S+') do entries[#entries + 1] = entry end
  return entries
end

-- Keeps the entries of an address, as the one that was looked at last.
local function keepEntries(address, entries)
  if #entries == 0 then
    redis.call('HDEL', BUDGET, address)
    redis.call('ZREM', BUDGET_ORDER, address)
    return
  end
  line.budget_looks = line.budget_looks + 1
  redis.call('HSET', BUDGET, address, table.concat(entries, ' '))
  redis.call('ZADD', BUDGET_ORDER, line.budget_looks, address)
end

-- The entries that count; what is absent forfeits.
local function withoutAbsent(entries, now)
  local kept = {}
  for _, entry in ipairs(entries) do
    local standing = standingOf(entry, now)
    if standing == 'absent' then forfeit(entry) end
    if standing == 'counts' then kept[#kept + 1] = entry end
  end
  return kept
end

local function withoutGone(entries, now)
  local kept = {}
  for _, entry in ipairs(entries) do
    if standingOf(entry, now) ~= 'gone' then kept[#kept + 1] = entry end
  end
  return kept
end

-- Looks at the addresses that were not looked at for the longest time. Absent visitors keep it while there is room.
local function lookAtOldest(now)
  local keep = redis.call('HLEN', BUDGET) >= ADDRESSES and withoutAbsent or withoutGone
  for _, address in ipairs(redis.call('ZRANGE', BUDGET_ORDER, 0, LOOKED_AT - 1)) do
    keepEntries(address, keep(entriesOf(address), now))
  end
end

-- The entries of an address or network, and how many more it may have: enough for `wanted`, if it can.
local function roomOf(address, limit, wanted, now)
  local entries = entriesOf(address)
  if #entries == 0 then
    lookAtOldest(now)
    if redis.call('HLEN', BUDGET) >= ADDRESSES then return entries, 0 end
  end
  if #entries + wanted > limit then entries = withoutAbsent(entries, now) end
  return entries, math.max(0, limit - #entries)
end

-- Grants the first of the entries, `count` of them, as far as the budgets of the address and of its network go; how many.
local function grant(key, count, entryAt, now)
  local limit = line.unproven_per_address
  local narrow, wide = string.sub(key, 1, 8), '/' .. string.sub(key, 9)
  local near, room = roomOf(narrow, limit, count, now)
  local within = math.min(count, room)
  local around, roomAround = roomOf(wide, WIDE * limit, within, now)
  local granted = math.min(within, roomAround)
  for n = 1, granted do
    near[#near + 1] = entryAt(n)
    around[#around + 1] = entryAt(n)
  end
  keepEntries(narrow, near)
  keepEntries(wide, around)
  return granted
end
