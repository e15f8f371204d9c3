-- Admissions that have not ended: ADMISSIONS has visitor → `number:generation:issued_at:expires_at`, ACTIVE has
-- visitor → expires_at, ACTIVE_UNPROVEN those of them who came in without a proof, and PROVISIONAL those that are not
-- confirmed (lib/provisional.lua). An ended one leaves nothing behind. SESSIONS has the browsers that use them
-- (lib/sessions.lua). Their times are stored less the line's `shifted`, so that no row has to be written when all are
-- shifted: by jumps of clocks, and by pauses that stop admissions. `stopped` is what came of pauses, and
-- `admissions_stopped`, in one, until when that is counted.

-- What of a pause that stops admissions has passed since they were moved last.
local function standingFor(now)
  return line.admissions_stopped > 0 and math.max(0, now - line.admissions_stopped) or 0
end

-- How much later than stored all times are.
local function movedAt(now)
  return line.shifted + standingFor(now)
end

-- `confirmBy` is nil where the admission is confirmed.
local function formatRow(number, generation, issuedAt, expiresAt, confirmBy)
  local row = string.format('%.0f:%.0f:%.0f:%.0f', number, generation, issuedAt, expiresAt)
  return confirmBy and row .. string.format(':%.0f', confirmBy) or row
end

-- A row as it is replied: with how long pauses have stopped admissions, if they have.
local function replyRow(row, now)
  local stopped = line.stopped + standingFor(now)
  return stopped > 0 and string.format('%s/%.0f', row, stopped) or row
end

-- The entry of an admission in PROVISIONAL.
local function provisional(visitor, number, generation)
  return string.format('%.0f:%.0f:%s', generation, number, visitor)
end

-- The row of a visitor's admission, if it still lives.
local function liveAdmission(visitor, now)
  local row = redis.call('HGET', ADMISSIONS, visitor)
  if not row then return nil end
  local number, generation, issuedAt, expiresAt = string.match(row, '^(%d+):(%d+):(%d+):(%d+)$')
  local moved = movedAt(now)
  if expiresAt + moved <= now then return nil end
  local confirmBy = redis.call('ZSCORE', PROVISIONAL, provisional(visitor, number, generation))
  confirmBy = confirmBy and confirmBy + moved
  if confirmBy and confirmBy <= now then return nil end
  return formatRow(number, generation, issuedAt + moved, expiresAt + moved, confirmBy)
end

-- Whether a visitor's admission by this number was not confirmed in time, and that has not been settled yet.
local function isOverdue(visitor, number, now)
  local row = redis.call('HGET', ADMISSIONS, visitor)
  local held, generation = string.match(row or '', '^(%d+):(%d+):')
  if tonumber(held) ~= number then return false end
  local confirmBy = redis.call('ZSCORE', PROVISIONAL, provisional(visitor, number, generation))
  return confirmBy and confirmBy + movedAt(now) <= now or false
end

-- Its times are as they are at `now`.
local function addAdmission(visitor, number, issuedAt, expiresAt, confirmBy, now)
  local moved = movedAt(now)
  local ends = expiresAt - moved
  redis.call('HSET', ADMISSIONS, visitor, formatRow(number, line.generation, issuedAt - moved, ends))
  redis.call('ZADD', ACTIVE, ends, visitor)
  -- Who took a free place had no page to be proven by.
  if has(UNPROVEN, number) and has(WAITED, number) then redis.call('ZADD', ACTIVE_UNPROVEN, ends, visitor) end
  if confirmBy then
    redis.call('ZADD', PROVISIONAL, confirmBy - moved, provisional(visitor, number, line.generation))
  end
  return formatRow(number, line.generation, issuedAt, expiresAt, confirmBy)
end

-- The admission of this row lives until `expiresAt` instead, unless it does so longer already.
local function prolong(visitor, row, expiresAt, now)
  local number, issuedAt, before, confirmBy = string.match(row, '^(%d+):%d+:(%d+):(%d+):?(%d*)$')
  local isCounted = redis.call('ZSCORE', ACTIVE_UNPROVEN, visitor)
  local prolonged = addAdmission(
    visitor, tonumber(number), tonumber(issuedAt), math.max(tonumber(before), expiresAt), tonumber(confirmBy),
    now
  )
  if not isCounted then redis.call('ZREM', ACTIVE_UNPROVEN, visitor) end
  return prolonged
end

-- Confirms the admission of this row. The row that it has then, and whether it was not confirmed before.
local function confirmAdmission(visitor, row)
  local confirmed, number, generation = string.match(row, '^((%d+):(%d+):%d+:%d+):%d+$')
  if not confirmed then return row, false end
  redis.call('ZREM', PROVISIONAL, provisional(visitor, number, generation))
  return confirmed, true
end

local function removeAdmission(visitor)
  local row = redis.call('HGET', ADMISSIONS, visitor)
  if row then
    local number, generation = string.match(row, '^(%d+):(%d+):')
    redis.call('ZREM', PROVISIONAL, provisional(visitor, number, generation))
  end
  redis.call('HDEL', ADMISSIONS, visitor)
  redis.call('HDEL', SESSIONS, visitor)
  redis.call('ZREM', ACTIVE, visitor)
  redis.call('ZREM', ACTIVE_UNPROVEN, visitor)
end

-- Ends the admissions that were not confirmed in time, and answers of each: the number, when it was issued, when it lapsed.
local function lapseAdmissions(now)
  local lapsed, moved = {}, movedAt(now)
  repeat
    local due = redis.call('ZRANGEBYSCORE', PROVISIONAL, '-inf', now - moved, 'WITHSCORES', 'LIMIT', 0, 1000)
    local entries = {}
    for i = 1, #due, 2 do entries[#entries + 1] = due[i] end
    if #entries > 0 then redis.call('ZREM', PROVISIONAL, unpack(entries)) end
    for i, entry in ipairs(entries) do
      local generation, number, visitor = string.match(entry, '^(%d+):(%d+):(.*)$')
      local row = redis.call('HGET', ADMISSIONS, visitor)
      if row and string.find(row, number .. ':' .. generation .. ':', 1, true) == 1 then
        redis.call('HDEL', ADMISSIONS, visitor)
        redis.call('HDEL', SESSIONS, visitor)
        redis.call('ZREM', ACTIVE, visitor)
        redis.call('ZREM', ACTIVE_UNPROVEN, visitor)
        local issuedAt = tonumber(string.match(row, '^%d+:%d+:(%-?%d+)')) + moved
        lapsed[#lapsed + 1] = { tonumber(number), issuedAt, tonumber(due[2 * i]) + moved }
      end
    end
  until #entries < 1000
  return lapsed
end

-- Ends the admissions that are due, and answers them: visitor, when it expired, visitor …
local function expireAdmissions(now)
  local expired, moved = {}, movedAt(now)
  repeat
    local due = redis.call('ZRANGEBYSCORE', ACTIVE, '-inf', now - moved, 'WITHSCORES', 'LIMIT', 0, 1000)
    local visitors = {}
    for i = 1, #due, 2 do
      visitors[#visitors + 1] = due[i]
      expired[#expired + 1] = due[i]
      expired[#expired + 1] = due[i + 1] + moved
    end
    if #visitors > 0 then
      redis.call('ZREM', ACTIVE, unpack(visitors))
      redis.call('ZREMRANGEBYSCORE', ACTIVE_UNPROVEN, '-inf', now - moved)
      local isKept = #expired <= 2 * KEPT_ENDED.atOnce
      for i, row in ipairs(isKept and redis.call('HMGET', ADMISSIONS, unpack(visitors)) or {}) do
        if row and line.stopped > 0 then
          local number, issuedAt = string.match(row, '^(%d+):%d+:(%-?%d+)')
          noteEnded(tonumber(number), tonumber(number), issuedAt + moved, due[2 * i] + moved, true)
        elseif row then
          NOTED[#NOTED + 1] = due[2 * i]
          NOTED[#NOTED + 1] = row
        end
      end
      writeNoted()
      KEPT_ENDED.isNew = true
      redis.call('HDEL', ADMISSIONS, unpack(visitors))
      redis.call('HDEL', SESSIONS, unpack(visitors))
    end
  until #visitors < 1000
  return expired
end
