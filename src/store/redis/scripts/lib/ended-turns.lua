-- Turns and admissions that ended without being completed (waiting-room/line/ended-turns.ts says more). ENDED has turns as
-- `from:to:start:end:spent`, and admissions that expired as the rows that they had, score the end. RESTORED has numbers at
-- the front that come before all others, and RESTORED_AT when numbers were restored. Times are less jumps of clocks. They are of
-- the generation `ended_of`.
local KEPT_ENDED = { keptFor = 86400000, capacity = 100000, atOnce = 20000 }
-- Score, member … of what is not written yet.
local NOTED = {}

local function writeNoted()
  if #NOTED > 0 then redis.call('ZADD', ENDED, unpack(NOTED)) end
  NOTED = {}
end

-- Records a turn of the missed numbers of a range, or the admission of one number.
local function noteEnded(from, to, start, ended, spent)
  if from < 1 then return end
  start, ended = measuredTime(start), measuredTime(ended)
  NOTED[#NOTED + 1] = string.format('%.0f', ended)
  NOTED[#NOTED + 1] = string.format('%.0f:%.0f:%.0f:%.0f:%d', from, to, start, ended, spent and 1 or 0)
  KEPT_ENDED.isNew = true
  if #NOTED >= 2000 then writeNoted() end
end

-- Drops what is too old, or too much.
local function pruneEnded(now)
  if not KEPT_ENDED.isNew then return end
  KEPT_ENDED.isNew = false
  writeNoted()
  local oldest = measuredTime(now) - KEPT_ENDED.keptFor
  redis.call('ZREMRANGEBYSCORE', ENDED, '-inf', '(' .. string.format('%.0f', oldest))
  redis.call('ZREMRANGEBYSCORE', RESTORED_AT, '-inf', '(' .. string.format('%.0f', oldest))
  redis.call('ZREMRANGEBYRANK', ENDED, 0, -(KEPT_ENDED.capacity + 1))
end
