-- The budget of unproven visitors of an address (waiting-room/line/budget.ts says more). BUDGET has address → its
-- entries, with a space between; BUDGET_ORDER has the addresses in the order in which they were looked at.
local BUDGET_ARRIVES_WITHIN, ADDRESSES, LOOKED_AT = 30, 100000, 2

local function secondOf(now)
  return math.floor((now - line.shifted) / 1000)
end

-- Whether an entry, `number:second:visitor` or `e` draw `.` index `:second:visitor`, still counts.
local function counts(entry, now)
  local id, second, visitor = string.match(entry, '^([^:]*):(%-?%d+):(.*)$')
  local isRecent = secondOf(now) - tonumber(second) <= BUDGET_ARRIVES_WITHIN
  local draw, index = string.match(id, '^e(%d+)%.(%d+)$')
  if draw then
    if line.drawing ~= 1 or tonumber(draw) ~= line.draws or has(WITHDRAWN, index) then return false end
    return isRecent or has(ENTERED, index)
  end
  local number = tonumber(id)
  if not has(UNPROVEN, number) then return false end
  if has(SPENT, number) then
    local row = liveAdmission(visitor, now)
    return row ~= nil and tonumber(string.match(row, '^(%d+):')) == number
  end
  return isRecent or has(PRESENT, number) or has(HOLDING, number)
    or redis.call('ZSCORE', SERVED_AGAIN, number) ~= false
end

local function countingEntries(entries, now)
  local kept = {}
  for _, entry in ipairs(entries) do
    if counts(entry, now) then kept[#kept + 1] = entry end
  end
  return kept
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

-- Looks at the addresses that were not looked at for the longest time.
local function lookAtOldest(now)
  for _, address in ipairs(redis.call('ZRANGE', BUDGET_ORDER, 0, LOOKED_AT - 1)) do
    keepEntries(address, countingEntries(entriesOf(address), now))
  end
end

-- Grants the first of the entries, `count` of them, as far as the budget of the address goes; how many.
local function grant(address, count, entryAt, now)
  local limit, entries = line.unproven_per_address, entriesOf(address)
  if #entries == 0 then
    lookAtOldest(now)
    if redis.call('HLEN', BUDGET) >= ADDRESSES then return 0 end
  end
  if #entries + count > limit then entries = countingEntries(entries, now) end
  local granted = math.max(0, math.min(count, limit - #entries))
  for n = 1, granted do entries[#entries + 1] = entryAt(n) end
  keepEntries(address, entries)
  return granted
end
