-- The budget of unproven visitors of an address (waiting-room/line/budget.ts says more). BUDGET has address → its
-- entries, with a space between; BUDGET_ORDER has the addresses in the order in which they were looked at. A key names an
-- address by 8 characters and the network around it by the rest, which has a slash before it here.
local BUDGET_ARRIVES_WITHIN, ADDRESSES, LOOKED_AT, WIDE, CHECKED = 30, 100000, 2, 10, 200
-- More than an address or network may have entries, and a power of two: a part of it is an exact fraction.
local COUNTS = 131072

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

-- The entries of an address, in one text, and how many they are: there may be too many to take the text apart each time.
-- The number is the fraction of the score; a process of an early version leaves it out.
local function entriesOf(address)
  local text = redis.call('HGET', BUDGET, address) or ''
  if text == '' then return { text = '', count = 0 } end
  local known = tonumber(redis.call('ZSCORE', BUDGET_ORDER, address) or 0) % 1 * COUNTS
  if known > 0 then return { text = text, count = known } end
  local count, at = 1, string.find(text, ' ', 1, true)
  while at do
    count, at = count + 1, string.find(text, ' ', at + 1, true)
  end
  return { text = text, count = count }
end

-- The entries with further ones, which are a list.
local function withEntries(entries, more)
  local between = entries.count > 0 and #more > 0 and ' ' or ''
  return { text = entries.text .. between .. table.concat(more, ' '), count = entries.count + #more }
end

-- Keeps the entries of an address, as the one that was looked at last.
local function keepEntries(address, entries)
  if entries.count == 0 then
    redis.call('HDEL', BUDGET, address)
    redis.call('ZREM', BUDGET_ORDER, address)
    return
  end
  line.budget_looks = line.budget_looks + 1
  redis.call('HSET', BUDGET, address, entries.text)
  redis.call('ZADD', BUDGET_ORDER, string.format('%.17g', line.budget_looks + entries.count / COUNTS), address)
end

-- Checks the first of the entries, and puts those that stay behind the others: the next check is of the next ones.
local function checkEntries(entries, stays)
  local kept, checked, at = {}, 0, 1
  while checked < CHECKED and at <= #entries.text do
    local space = string.find(entries.text, ' ', at, true) or #entries.text + 1
    local entry = string.sub(entries.text, at, space - 1)
    if stays(entry) then kept[#kept + 1] = entry end
    checked, at = checked + 1, space + 1
  end
  return withEntries({ text = string.sub(entries.text, at), count = entries.count - checked }, kept)
end

-- Without entries that do not count; what is absent forfeits.
local function withoutAbsent(entries, now)
  return checkEntries(entries, function(entry)
    local standing = standingOf(entry, now)
    if standing == 'absent' then forfeit(entry) end
    return standing == 'counts'
  end)
end

local function withoutGone(entries, now)
  return checkEntries(entries, function(entry) return standingOf(entry, now) ~= 'gone' end)
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
  if entries.count == 0 then
    lookAtOldest(now)
    if redis.call('HLEN', BUDGET) >= ADDRESSES then return entries, 0 end
  end
  if entries.count + wanted > limit then entries = withoutAbsent(entries, now) end
  return entries, math.max(0, limit - entries.count)
end

-- Grants the first of the entries, `count` of them, as far as the budgets of the address and of its network go; how many.
local function grant(key, count, entryAt, now)
  local limit = line.unproven_per_address
  local narrow, wide = string.sub(key, 1, 8), '/' .. string.sub(key, 9)
  local near, room = roomOf(narrow, limit, count, now)
  local within = math.min(count, room)
  local around, roomAround = roomOf(wide, WIDE * limit, within, now)
  local granted = math.min(within, roomAround)
  local more = {}
  for n = 1, granted do more[n] = entryAt(n) end
  keepEntries(narrow, withEntries(near, more))
  keepEntries(wide, withEntries(around, more))
  return granted
end
