-- In ms: how long after a jump back a caller as far ahead counts as the other one of two clocks.
local TWO_CLOCKS = 600000
-- How often stopped deadlines move on, in ms; less often where there are many of them. Less than a jump. One table: a
-- function of Lua has at most 200 local variables.
local MOVED = { every = 1000, many = 1000, everyOfMany = 4000 }

-- Moves everything that runs out, and all times that something is measured from.
local function shift(by)
  line.shifted = line.shifted + by
  shiftTurns(by)
  line.window_start = line.window_start + by
  if line.turns_stopped > 0 then line.turns_stopped = line.turns_stopped + by end
  if line.admissions_stopped > 0 then line.admissions_stopped = line.admissions_stopped + by end
  if line.arriving_due > 0 then line.arriving_due = line.arriving_due + by end
  if line.heartbeats_since > 0 then line.heartbeats_since = line.heartbeats_since + by end
  if line.drawing == 1 then line.entrants_window = line.entrants_window + by end
end

local function step(by)
  shift(by)
  line.clock = line.clock + by
end

-- The line's time, brought to a caller's. One a little behind is taken to be where the line is; a clock that jumped back
-- is followed, and everything that runs out is moved with it (waiting-room/line/settle.ts says more).
local function followClock(at)
  local ahead = at - line.clock
  local isTheStep = math.abs(math.abs(ahead) - line.skew) <= JUMP
  if ahead < -JUMP then
    line.skew = isTheStep and line.skew or -ahead
    step(-line.skew)
    line.jumped_at = line.clock
  elseif ahead > JUMP and isTheStep and line.jumped_at > 0 and line.clock - line.jumped_at < TWO_CLOCKS then
    step(line.skew)
    line.jumped_at = 0
  end
  line.clock = math.max(line.clock, at)
  return line.clock
end

local function uncounted(since)
  return since > 0 and math.max(0, line.clock - since - JUMP) or 0
end

-- Brings the line's time to a caller's, and moves on what is stopped (waiting-room/line/settle.ts says more).
local function passTime(at, least)
  local ofTurns, ofAdmissions = uncounted(line.turns_stopped), uncounted(line.admissions_stopped)
  local now = followClock(at)
  moveStoppedTurns(now, least, ofTurns)
  moveStoppedAdmissions(now, least, ofAdmissions)
  return now
end

-- Visitors of expired admissions that a line keeps at most.
local EXPIRED_CAPACITY = 10000

-- Keeps the visitors whose admissions expired (lib/admission.lua) until their end is reported: the latest of them.
local function keepExpired(expired)
  local entries = {}
  for i = math.max(1, #expired - 2 * EXPIRED_CAPACITY + 1), #expired, 2 do
    if string.sub(expired[i], 1, 5) ~= 'lost:' then
      entries[#entries + 1] = string.format('%.0f', expired[i + 1])
      entries[#entries + 1] = expired[i]
    end
    if #entries > 0 and (#entries == 1000 or i == #expired - 1) then
      redis.call('ZADD', EXPIRED, unpack(entries))
      entries = {}
    end
  end
  redis.call('ZREMRANGEBYRANK', EXPIRED, 0, -(EXPIRED_CAPACITY + 1))
end

-- A smaller size takes credits back.
local function takeBackCredits()
  local excess = math.min(-freePlaces(), line.serving - line.queue)
  if excess > 0 then line.serving = line.serving - excess end
end

-- Brings the line to `at`: windows turn, admissions lapse and run out, claim windows run out, a smaller size takes credits
-- back. The line's time.
-- Called once at most.
local function settleAll(at)
  local many = line.turns_stopped > 0 and redis.call('ZCARD', BATCHES) > MOVED.many
  local now = passTime(at, many and MOVED.everyOfMany or MOVED.every)
  turnWindows(WAITERS, now)
  if line.drawing == 1 then turnWindows(ENTRANTS, now) end
  lapse(now)
  local expired = expireAdmissions(now)
  if #expired > 0 then keepExpired(expired) end
  line.released = math.max(0, line.released - #expired / 2)
  expireTurns(now)
  pruneEnded(now)
  expireNewcomers(now)
  takeBackCredits()
  return now
end

local function hasDue(key, at)
  return redis.call('ZCOUNT', key, '-inf', at) > 0
end

-- Whether a steady line has nothing that `settleAll` changes at this time of it.
local function isUpToDate(now)
  local window = math.ceil(line.presence_timeout / 3)
  if now - line.window_start >= window or KEPT_ENDED.isNew then return false end
  if line.drawing == 1 and now - line.entrants_window >= window then return false end
  if line.due > 0 and line.due <= now or line.arriving_due > 0 and line.arriving_due <= now then return false end
  if line.released > 0 and line.released > redis.call('ZCARD', ACTIVE) then return false end
  if line.serving > line.queue and freePlaces() < 0 then return false end
  local stored = now - line.shifted
  return not (hasDue(PROVISIONAL, stored) or hasDue(ACTIVE, stored) or hasDue(SERVED_AGAIN, now))
end

-- The same as settleAll. Most scripts find that nothing but time has passed.
local function settle(at)
  local now = timeFor(at)
  if not isSteady(at) or not isUpToDate(now) then return settleAll(at) end
  line.clock = now
  return now
end

-- The line's time for a step that looks at one admission.
local function settleUnlessSteady(at)
  return isSteady(at) and timeFor(at) or settle(at)
end
