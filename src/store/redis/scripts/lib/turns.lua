-- Claim windows. BATCHES has the numbers that were served together: member `to:deadline`, score `to`, those above
-- the batch before. SERVED_AGAIN has those served a second time: number → deadline.

-- The time that claim windows go by. It stands still while a pause stops them.
local function turnTime(now)
  return line.turns_stopped > 0 and math.min(line.turns_stopped, now) or now
end

-- Up to a whole second, so that raises of the same second share a batch and no window is shorter than it says.
local function claimDeadline(now)
  return math.ceil((turnTime(now) + line.claim_window) / 1000) * 1000
end

local function parseBatch(member)
  local to, deadline = string.match(member, '^(%d+):(%d+)$')
  return tonumber(to), tonumber(deadline)
end

local function addBatch(to, deadline)
  redis.call('ZADD', BATCHES, to, string.format('%.0f:%.0f', to, deadline))
  if line.due == 0 or deadline < line.due then line.due = deadline end
end

-- `to` is above all batches there are.
local function pushBatch(to, now)
  local deadline = claimDeadline(now)
  local last = redis.call('ZREVRANGE', BATCHES, 0, 0)[1]
  if last then
    local _, lastDeadline = parseBatch(last)
    if lastDeadline == deadline then redis.call('ZREM', BATCHES, last) end
  end
  addBatch(to, deadline)
end

-- Until when the holder of a number may claim, as far as batches know.
local function batchDeadline(number)
  local member = redis.call('ZRANGEBYSCORE', BATCHES, number, '+inf', 'LIMIT', 0, 1)[1]
  if not member then return nil end
  local _, deadline = parseBatch(member)
  return deadline
end

-- The batches end at `to`: what is above is cut off.
local function cutBatches(to)
  local above = redis.call('ZRANGEBYSCORE', BATCHES, '(' .. string.format('%.0f', to), '+inf')
  if #above == 0 then return end
  redis.call('ZREMRANGEBYSCORE', BATCHES, '(' .. string.format('%.0f', to), '+inf')
  local last = redis.call('ZREVRANGE', BATCHES, 0, 0)[1]
  if to > 0 and not (last and parseBatch(last) == to) then
    local _, deadline = parseBatch(above[1])
    addBatch(to, deadline)
  end
end

local function hold(from, s, count)
  appendBits(HOLDING, from, s)
  line.held, line.turns = line.held + count, line.turns + count
end

-- Gives back the place held for a number, if there is one.
local function release(number)
  if redis.call('ZREM', SERVED_AGAIN, number) == 1 then
    line.held = line.held - 1
  elseif has(HOLDING, number) then
    redis.call('SETBIT', HOLDING, number, 0)
    line.held = line.held - 1
  end
end

local function addReturned(number)
  if redis.call('SETBIT', RETURNED, number, 1) == 0 then line.returned = line.returned + 1 end
end

local function dropReturned(number)
  if redis.call('SETBIT', RETURNED, number, 0) == 1 then line.returned = line.returned - 1 end
end

-- A turn that was extended ends half a millisecond before its deadline, which is a whole one. So the mark lasts as long as
-- the turn, and moves with it.
local EXTENDED = 0.5

-- The end of a held turn, by the time of turns, and whether it was extended; nil where no place is held.
local function turnOf(number)
  local ends = tonumber(redis.call('ZSCORE', SERVED_AGAIN, number) or nil)
  if not ends and has(HOLDING, number) then ends = batchDeadline(number) end
  if not ends then return nil end
  return math.ceil(ends), ends % 1 ~= 0
end

-- Adds another claim window to a turn that was not extended.
local function extendTurn(number)
  local claimBy = turnOf(number)
  redis.call('SETBIT', HOLDING, number, 0)
  redis.call('ZADD', SERVED_AGAIN, string.format('%.1f', claimBy + line.claim_window - EXTENDED), number)
end

local function serveAgain(number, now)
  dropReturned(number)
  dropArriving(number)
  if has(RESTORED, number) then redis.call('SETBIT', RESTORED, number, 0) end
  redis.call('SETBIT', WAITED, number, 1)
  redis.call('ZADD', SERVED_AGAIN, claimDeadline(now), number)
  line.held, line.turns = line.held + 1, line.turns + 1
end

local function expireBatches(now)
  local from, due, leading = line.over + 1, 0, true
  for _, member in ipairs(redis.call('ZRANGE', BATCHES, 0, -1)) do
    local to, deadline = parseBatch(member)
    if deadline <= now then
      local missed = countBits(HOLDING, from, to)
      if missed > 0 then
        noteEnded(nthBit(HOLDING, 1, from), to, deadline - line.claim_window, deadline, false)
        addBits(MISSED, from, sliceBits(HOLDING, from, to))
        clearBits(HOLDING, from, to)
      end
      line.held, line.expired = line.held - missed, line.expired + missed
      redis.call('ZREM', BATCHES, member)
      if leading then line.over = to end
    else
      leading = false
      if due == 0 or deadline < due then due = deadline end
    end
    from = to + 1
  end
  line.due = due
end

local function expireTurns(at)
  local now = turnTime(at)
  if line.due > 0 and line.due <= now then expireBatches(now) end
  repeat
    local late, due = {}, redis.call('ZRANGEBYSCORE', SERVED_AGAIN, '-inf', now, 'WITHSCORES', 'LIMIT', 0, 1000)
    for i = 1, #due, 2 do
      local number, deadline = tonumber(due[i]), tonumber(due[i + 1])
      late[#late + 1] = due[i]
      redis.call('SETBIT', MISSED, number, 1)
      local ended, windows = math.ceil(deadline), deadline % 1 == 0 and 1 or 2
      noteEnded(number, number, ended - windows * line.claim_window, ended, false)
    end
    if #late > 0 then redis.call('ZREM', SERVED_AGAIN, unpack(late)) end
    line.held, line.expired = line.held - #late, line.expired + #late
  until #late < 1000
end

-- Those who were served have their time to claim by so much later.
local function shiftTurns(by)
  local batches = redis.call('ZRANGE', BATCHES, 0, -1)
  redis.call('DEL', BATCHES)
  line.due = 0
  for _, member in ipairs(batches) do
    local to, deadline = parseBatch(member)
    addBatch(to, deadline + by)
  end
  for _, number in ipairs(redis.call('ZRANGE', SERVED_AGAIN, 0, -1)) do
    redis.call('ZINCRBY', SERVED_AGAIN, by, number)
  end
end

-- The numbers were passed so much later (lib/raise-times.lua).
local function shiftRaiseTimes(by)
  local moved = {}
  for _, member in ipairs(redis.call('ZRANGE', RAISE_TIMES, 0, -1)) do
    local to, at = string.match(member, '^(%d+):(%-?%d+)$')
    moved[#moved + 1] = to
    moved[#moved + 1] = string.format('%s:%.0f', to, at + by)
  end
  if #moved == 0 then return end
  redis.call('DEL', RAISE_TIMES)
  redis.call('ZADD', RAISE_TIMES, unpack(moved))
end

-- While a pause stops claim windows, moves their deadlines and the graces on by the time that passed, once it is `least` ms. Of that
-- time, `uncounted` ms passed for a version that does not know that they are stopped.
local function moveStoppedTurns(now, least, uncounted)
  local isStopped = line.mode == 'paused' and line.pause_stops > 0
  if isStopped and line.turns_stopped > 0 then
    local by = now - line.turns_stopped - uncounted
    if by >= 0 and by < least then return end
    if by > 0 then
      shiftTurns(by)
      shiftRaiseTimes(by)
    end
  end
  line.turns_stopped = isStopped and now or 0
end
