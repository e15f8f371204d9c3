-- Admissions that have not ended: ADMISSIONS has visitor → `number:generation:issued_at:expires_at`, ACTIVE has
-- visitor → expires_at. An ended one leaves nothing behind. Their times are stored less the line's `shifted`, so that
-- no row has to be written when all are shifted.

local function formatRow(number, generation, issuedAt, expiresAt)
  return string.format('%.0f:%.0f:%.0f:%.0f', number, generation, issuedAt, expiresAt)
end

-- The row of a visitor's admission, if it still lives.
local function liveAdmission(visitor, now)
  local row = redis.call('HGET', ADMISSIONS, visitor)
  if not row then return nil end
  local number, generation, issuedAt, expiresAt = string.match(row, '^(%d+):(%d+):(%d+):(%d+)$')
  if expiresAt + line.shifted <= now then return nil end
  return formatRow(number, generation, issuedAt + line.shifted, expiresAt + line.shifted)
end

local function addAdmission(visitor, number, issuedAt, expiresAt)
  local ends = expiresAt - line.shifted
  redis.call('HSET', ADMISSIONS, visitor, formatRow(number, line.generation, issuedAt - line.shifted, ends))
  redis.call('ZADD', ACTIVE, ends, visitor)
  return formatRow(number, line.generation, issuedAt, expiresAt)
end

-- The admission of this row lives until `expiresAt` instead, unless it does so longer already.
local function prolong(visitor, row, expiresAt)
  local number, issuedAt, before = string.match(row, '^(%d+):%d+:(%d+):(%d+)$')
  return addAdmission(visitor, tonumber(number), tonumber(issuedAt), math.max(tonumber(before), expiresAt))
end

local function removeAdmission(visitor)
  redis.call('HDEL', ADMISSIONS, visitor)
  redis.call('ZREM', ACTIVE, visitor)
end

-- Ends the admissions that are due, and answers them: visitor, when it expired, visitor …
local function expireAdmissions(now)
  local expired = {}
  repeat
    local due = redis.call('ZRANGEBYSCORE', ACTIVE, '-inf', now - line.shifted, 'WITHSCORES', 'LIMIT', 0, 1000)
    local visitors = {}
    for i = 1, #due, 2 do
      visitors[#visitors + 1] = due[i]
      expired[#expired + 1] = due[i]
      expired[#expired + 1] = due[i + 1] + line.shifted
    end
    if #visitors > 0 then
      redis.call('ZREM', ACTIVE, unpack(visitors))
      redis.call('HDEL', ADMISSIONS, unpack(visitors))
    end
  until #visitors < 1000
  return expired
end
