-- Admissions that have not ended: ADMISSIONS has visitor → `number:generation:issued_at:expires_at`, ACTIVE has
-- visitor → expires_at. An ended one leaves nothing behind.

-- The row of a visitor, if it still lives.
local function liveRow(visitor, now)
  local row = redis.call('HGET', ADMISSIONS, visitor)
  if row and tonumber(string.match(row, '%d+$')) > now then return row end
  return nil
end

-- Ends what is due; how many ran out.
local function expireAdmissions(now)
  local expired = 0
  repeat
    local due = redis.call('ZRANGEBYSCORE', ACTIVE, '-inf', now, 'LIMIT', 0, 1000)
    if #due > 0 then
      redis.call('ZREM', ACTIVE, unpack(due))
      redis.call('HDEL', ADMISSIONS, unpack(due))
    end
    expired = expired + #due
  until #due < 1000
  return expired
end

-- Whether there was a live one to end; `status` is the counter it goes to.
local function endAdmission(visitor, status, now)
  if not liveRow(visitor, now) then return false end
  redis.call('HDEL', ADMISSIONS, visitor)
  redis.call('ZREM', ACTIVE, visitor)
  line[status] = line[status] + 1
  line.released = math.min(line.released, redis.call('ZCARD', ACTIVE))
  return true
end

local function spend(number)
  redis.call('SETBIT', SPENT, number, 1)
  forget(WAITERS, number)
  if number > line.serving then line.left_unserved = line.left_unserved + 1 end
end

local function putAdmission(visitor, number, issuedAt, expiresAt)
  local row = string.format('%.0f:%.0f:%.0f:%.0f', number, line.generation, issuedAt, expiresAt)
  redis.call('HSET', ADMISSIONS, visitor, row)
  redis.call('ZADD', ACTIVE, expiresAt, visitor)
  return row
end

-- The visitor's row, and whether it was made now.
local function takeIn(visitor, number, now)
  spend(number)
  local live = liveRow(visitor, now)
  if live then return live, false end
  line.claimed = line.claimed + 1
  return putAdmission(visitor, number, now, now + line.lifetime), true
end

-- All of them were made, and run out, by so much later.
local function shiftAdmissions(by)
  local visitors = redis.call('ZRANGE', ACTIVE, 0, -1)
  for from = 1, #visitors, 1000 do
    local some, rows, ends = { unpack(visitors, from, math.min(from + 999, #visitors)) }, {}, {}
    for i, row in ipairs(redis.call('HMGET', ADMISSIONS, unpack(some))) do
      local kept, issuedAt, expiresAt = string.match(row, '^(%d+:%d+):(%d+):(%d+)$')
      rows[2 * i - 1], rows[2 * i] = some[i], string.format('%s:%.0f:%.0f', kept, issuedAt + by, expiresAt + by)
      ends[2 * i - 1], ends[2 * i] = string.format('%.0f', expiresAt + by), some[i]
    end
    redis.call('HSET', ADMISSIONS, unpack(rows))
    redis.call('ZADD', ACTIVE, unpack(ends))
  end
end
