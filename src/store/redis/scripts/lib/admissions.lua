-- Admissions that have not ended: ADMISSIONS has visitor → `number:generation:issued_at:expires_at`, ACTIVE has
-- visitor → expires_at. An ended one leaves nothing behind. Their times are stored less the line's `shifted`, so that
-- none has to be written anew when all are shifted.

local function formatRow(number, generation, issuedAt, expiresAt)
  return string.format('%.0f:%.0f:%.0f:%.0f', number, generation, issuedAt, expiresAt)
end

-- The row of a visitor, if it still lives.
local function liveRow(visitor, now)
  local row = redis.call('HGET', ADMISSIONS, visitor)
  if not row then return nil end
  local number, generation, issuedAt, expiresAt = string.match(row, '^(%d+):(%d+):(%d+):(%d+)$')
  if expiresAt + line.shifted <= now then return nil end
  return formatRow(number, generation, issuedAt + line.shifted, expiresAt + line.shifted)
end

-- Ends what is due; how many ran out.
local function expireAdmissions(now)
  local expired = 0
  repeat
    local due = redis.call('ZRANGEBYSCORE', ACTIVE, '-inf', now - line.shifted, 'LIMIT', 0, 1000)
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
  local ends = expiresAt - line.shifted
  redis.call('HSET', ADMISSIONS, visitor, formatRow(number, line.generation, issuedAt - line.shifted, ends))
  redis.call('ZADD', ACTIVE, ends, visitor)
  return formatRow(number, line.generation, issuedAt, expiresAt)
end

-- The visitor's row, and whether it was made now.
local function takeIn(visitor, number, now)
  spend(number)
  local live = liveRow(visitor, now)
  if live then return live, false end
  line.claimed = line.claimed + 1
  return putAdmission(visitor, number, now, now + line.lifetime), true
end
