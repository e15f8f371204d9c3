-- Adds a record to the audit log (waiting-room/ports/audit.ts), or counts it at an entry that says the same.
-- KEYS: the last number given, the entries by their number, their numbers in the order of their last change, the same
--       of the actor; and of the actor and the action: the numbers in order, the number of the latest entry that says so
-- ARGV: id, same, now in ms, count, entry; the window of repeats, the capacity, how many of the first stay, for how long
-- Reply: nothing
-- An entry is `at last-at count omitted id same text`; `id` is that of the last record that it counts.
local sequence, entries, latest, latest_of_actor, kept, repeats = unpack(KEYS)
local id, same, now, count, text = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
local window, capacity, first, age = tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])

local function read(number)
  local stored = redis.call('HGET', entries, number)
  if not stored then return nil end
  local at, last_at, times, omitted, last_id, says, entry = stored:match('^(%d+) (%d+) (%d+) (%d+) (%S*) (%S*) (.*)$')
  return { at = at, last_at = last_at, count = times, omitted = omitted, id = last_id, same = says, text = entry }
end

local function write(number, entry)
  local head = { entry.at, entry.last_at, entry.count, entry.omitted, entry.id, entry.same, entry.text }
  redis.call('HSET', entries, number, table.concat(head, ' '))
end

local function plus(number, more) return string.format('%.0f', tonumber(number) + more) end

local function moveToFront(number)
  local order = redis.call('INCR', sequence)
  redis.call('ZADD', latest, order, number)
  redis.call('ZADD', latest_of_actor, order, number)
end

restoreAudit(sequence, entries, latest, latest_of_actor, kept)

local number = redis.call('HGET', repeats, same)
local before = number and read(number)
if before and before.id == id then return end
if before and math.abs(now - tonumber(before.at)) < window then
  before.count, before.last_at, before.id = plus(before.count, count), ARGV[3], id
  write(number, before)
  moveToFront(number)
  return
end

number = string.format('%.0f', redis.call('INCR', sequence))
write(number, { at = ARGV[3], last_at = ARGV[3], count = ARGV[4], omitted = '0', id = id, same = same, text = text })
moveToFront(number)
redis.call('ZADD', kept, number, number)
redis.call('HSET', repeats, same, number)
if redis.call('ZCARD', kept) <= capacity then return end

local oldest = read(redis.call('ZRANGE', kept, 0, 0)[1])
local place = (oldest and now - tonumber(oldest.at) <= age) and first or 0
local gone = redis.call('ZRANGE', kept, place, place)[1]
local dropped = read(gone)
redis.call('HDEL', entries, gone)
redis.call('ZREM', latest, gone)
redis.call('ZREM', latest_of_actor, gone)
redis.call('ZREM', kept, gone)
if dropped and redis.call('HGET', repeats, dropped.same) == gone then redis.call('HDEL', repeats, dropped.same) end
if place > 0 then
  local previous = redis.call('ZRANGE', kept, place - 1, place - 1)[1]
  local entry = read(previous)
  if entry then
    entry.omitted = plus(entry.omitted, 1 + (dropped and tonumber(dropped.omitted) or 0))
    write(previous, entry)
  end
end
