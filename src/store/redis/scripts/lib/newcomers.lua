-- Newcomers whose page is still loading (waiting-room/line/newcomers.ts says more). RECENT_JOINS has the first number of
-- each second with joins: member the number, score when that was, less jumps of clocks.
local NEWCOMER = { arrivesWithin = 15000, heardWithin = 30000, grain = 999, keptFor = 60000 }

-- Notes the first join of a second.
local function noteJoin(now)
  local at = measuredTime(now)
  -- Added first: a Redis without memory lets a script go on once it has removed something.
  redis.call('ZADD', RECENT_JOINS, at, string.format('%015.0f', line.queue + 1))
  redis.call('ZREMRANGEBYSCORE', RECENT_JOINS, '-inf', '(' .. string.format('%.0f', at - NEWCOMER.keptFor))
end

-- The first number that was issued so recently.
local function firstSince(since)
  local from = redis.call('ZRANGEBYSCORE', RECENT_JOINS, measuredTime(since), '+inf', 'LIMIT', 0, 1)[1]
  return from and tonumber(from) or line.queue + 1
end

-- When a newcomer without a heartbeat misses the turn. It follows from the join, so the time of the call does not matter.
local function dueOf(number)
  local joined = 0
  local joins = redis.call('ZRANGE', RECENT_JOINS, 0, -1, 'WITHSCORES')
  for i = 1, #joins, 2 do
    if tonumber(joins[i]) > number then break end
    joined = tonumber(joins[i + 1])
  end
  return joined + line.shifted - line.stopped + NEWCOMER.heardWithin + NEWCOMER.grain + 1
end

-- The first number whose page may still be loading.
local function firstNewcomer(now)
  return firstSince(now - NEWCOMER.arrivesWithin - NEWCOMER.grain)
end

-- Puts the newcomers among the numbers that a raise passes over at the front; how many they are.
local function keepNewcomers(from, to, now)
  local first = math.max(from, firstNewcomer(now))
  if to < first then return 0 end
  local others = combined('OR', sliceBits(SPENT, first, to), sliceBits(WAITED, first, to), sliceBits(PRESENT, first, to))
  local kept = combined('XOR', allBits(first, to), others)
  addBits(ARRIVING, first, kept)
  addBits(RETURNED, first, kept)
  local count = countBits(ARRIVING, first, to)
  line.returned = line.returned + count
  if count > 0 and line.arriving_due == 0 then line.arriving_due = dueOf(first) end
  return count
end

local function isArriving(number)
  return line.arriving_due > 0 and has(ARRIVING, number)
end

local function dropArriving(number)
  if isArriving(number) then redis.call('SETBIT', ARRIVING, number, 0) end
end

-- Whether a newcomer sent no heartbeat in time. The line may not have recorded the missed turn yet.
local function isLateNewcomer(number, now)
  return isArriving(number) and dueOf(number) <= now
end

-- Records the missed turns of newcomers who sent no heartbeat in time.
local function expireNewcomers(now)
  if line.arriving_due == 0 or line.arriving_due > now then return end
  local last = math.min(firstSince(now - NEWCOMER.heardWithin - NEWCOMER.grain), line.queue + 1) - 1
  local first = 8 * (firstByte(ARRIVING) or 0)
  local late = sliceBits(ARRIVING, first, last)
  local count = countOnes(late)
  if count > 0 then
    removeBits(RETURNED, first, late)
    clearBits(ARRIVING, first, last)
  end
  line.returned, line.expired = line.returned - count, line.expired + count
  local following = nthBit(ARRIVING, 1, last + 1)
  line.arriving_due = following and dueOf(following) or 0
end
