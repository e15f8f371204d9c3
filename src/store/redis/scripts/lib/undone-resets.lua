-- A reset, and undoing it (waiting-room/line/undone-resets.ts says more). Behind the keys of the line come as many for the
-- line that is kept. Redis deletes them soon after their hour. The hash has beside that of a line `kept_at`,
-- `kept_shifted`, `kept_stopped`, `kept_followed_by`, and `kept_keys`, which others it has, so that it does not come back without one.
local KEPT_LINE_FOR, DELETED_AFTER = 3600000, 3660000

local function keptKey(part)
  return KEYS[PARTS + part]
end

-- Whether nobody has a number of the line, or will have one by a draw.
local function isUntouched()
  if line.queue > 0 or line.draws > 1 then return false end
  return line.draws == 0 or line.drawing == 1 and line.arrivals == 0
end

-- What is known of the line that is kept, unless its time is over, another one followed, or Redis lost some of it.
local function keptBefore(now)
  local fields = { 'kept_at', 'kept_shifted', 'kept_followed_by', 'kept_keys', 'shifted', 'held', 'kept_stopped' }
  local at, shifted, followedBy, keys, ownShifted, held, stopped =
    unpack(redis.call('HMGET', keptKey(1), unpack(fields)))
  if tonumber(followedBy) ~= line.generation then return nil end
  if measuredTime(now) - at >= KEPT_LINE_FOR then return nil end
  for part in string.gmatch(keys, '%d+') do
    if redis.call('EXISTS', keptKey(part)) == 0 then return nil end
  end
  return {
    at = tonumber(at), shifted = tonumber(shifted), keys = keys, own_shifted = tonumber(ownShifted or 0),
    held = tonumber(held or 0), stopped = tonumber(stopped or 0),
  }
end

-- Keeps the line. Instead of one that is untouched, the line that it followed stays.
local function keepLine(followedBy, now)
  local before = isUntouched() and keptBefore(now)
  local at, shifted, stopped, keys = now, 0, 0, {}
  if before then
    at = before.at + line.shifted - line.stopped
    shifted, stopped = before.shifted + line.shifted, before.stopped + line.stopped
  else
    redis.call('UNLINK', unpack(KEYS, PARTS + 1))
    redis.call('COPY', LINE, keptKey(1))
    local changed = changedFields()
    if #changed > 0 then redis.call('HSET', keptKey(1), unpack(changed)) end
    for part = 2, PARTS do
      if redis.call('EXISTS', KEYS[part]) == 1 then
        redis.call('RENAME', KEYS[part], keptKey(part))
        redis.call('PEXPIRE', keptKey(part), DELETED_AFTER)
        keys[#keys + 1] = part
      end
    end
    redis.call('PEXPIRE', keptKey(1), DELETED_AFTER)
  end
  redis.call(
    'HSET', keptKey(1), 'kept_at', string.format('%.0f', at), 'kept_shifted', string.format('%.0f', shifted),
    'kept_stopped', string.format('%.0f', stopped), 'kept_followed_by', string.format('%.0f', followedBy), 'kept_keys', before and before.keys or table.concat(keys, ' ')
  )
end

-- What a kept line would have by now. Who has to confirm the admission counts as inside.
local function countKept(kept, shiftedSince, now)
  local fields = { 'queue', 'serving', 'left_unserved', 'returned', 'released' }
  local had = redis.call('HMGET', keptKey(1), unpack(fields))
  for i = 1, #fields do had[i] = tonumber(had[i] or 0) end
  local ends = now - kept.shifted - shiftedSince - kept.own_shifted
  local live, active = redis.call('ZCOUNT', keptKey(10), string.format('(%.0f', ends), '+inf'), redis.call('ZCARD', keptKey(10))
  return {
    waiting = math.max(0, had[1] - had[2]) - had[3] + had[4],
    inside = live - math.max(0, had[5] - (active - live)),
  }
end

-- Why a kept line cannot come back in place of this one.
local function refusalOf(kept, counts)
  if line.claimed > 0 then return 'let_in' end
  local isBound = line.size ~= 0 and line.mode ~= 'passthrough'
  return isBound and counts.inside + kept.held > math.max(0, line.size) and 'too_large' or nil
end

-- Time has gone on for it, and the rules, the breaker and the load of the origin are those of this moment.
local function bringBack(kept, now)
  local epoch, shifted, stopped = epochOf(line) + 1, kept.shifted + line.shifted, kept.stopped + line.stopped
  local admissionsStopped, turnsStopped = line.admissions_stopped, line.turns_stopped
  local had = redis.call('HMGET', keptKey(1), unpack(FIELDS))
  for i, field in ipairs(FIELDS) do
    if not STAYING[field] and field ~= 'jumped_at' then
      line[field] = TEXTS[field] and (had[i] or '') or tonumber(had[i] or 0)
    end
  end
  line.epoch = epoch
  for _, text in ipairs({ 'inlet_state', 'done_requests', 'note:meter', 'note:told' }) do
    redis.call('HSET', LINE, text, redis.call('HGET', keptKey(1), text) or '')
  end
  redis.call('UNLINK', keptKey(1), unpack(KEYS, 2, PARTS))
  for part in string.gmatch(kept.keys, '%d+') do
    redis.call('RENAME', keptKey(part), KEYS[tonumber(part)])
    redis.call('PERSIST', KEYS[tonumber(part)])
  end
  if shifted ~= 0 then shift(shifted) end
  if line.stopped_of ~= line.generation then line.stopped, line.stopped_of = 0, line.generation end
  line.admissions_stopped, line.stopped = admissionsStopped, line.stopped + stopped
  -- In the pause in which the line was reset, its turns have stood still.
  local others = line.turns_stopped > 0 and math.max(0, turnsStopped - line.turns_stopped) or 0
  if others > 0 then shiftTurns(others) end
  if stopped + others > 0 then shiftRaiseTimes(stopped + others) end
  line.turns_stopped = turnsStopped
  -- The pages of visitors who waited have not come back yet.
  line.heartbeats_since = now
  configure(now)
end
