-- How many of the visitors who returned to the front are present.
local function countPresentReturned()
  local first = line.returned > 0 and firstByte(RETURNED)
  return first and countCommon(RETURNED, PRESENT, 8 * first, line.serving) or 0
end

-- How many are present. It takes as long as the line is long.
local function countPresent()
  return countBits(PRESENT, line.serving + 1, line.queue) + countPresentReturned()
end

-- The contract's counters that a step keeps, in the order in which replies.ts reads them.
local function countersOfSteps()
  local waiting = math.max(0, line.queue - line.serving) - line.left_unserved + line.returned
  return {
    line.queue, line.serving, waiting, line.claimed, redis.call('ZCARD', ACTIVE),
    line.completed, line.abandoned, line.expired,
  }
end

-- The contract's counters, with those who are present at the end, where the caller has counted them.
local function counters(present)
  local all = countersOfSteps()
  all[#all + 1] = present or countPresent()
  return all
end

-- The first number of the bitmap of those present among the unserved, all of it, and how many are present.
local function wholePresent()
  local first, last = math.floor(line.serving / 8), math.floor(line.queue / 8)
  return first * 8, last >= first and redis.call('GETRANGE', PRESENT, first, last) or '', countPresent()
end

-- What view.lua replies, with what wholePresent answers: what a process needs to answer polls for a while without asking
-- again.
local function view(from, bitmap, present)
  local draws, standing = {}, standingFor(line.clock)
  for draw = 1, line.draws do draws[draw] = drawRecord(draw) end
  return {
    'view', line.generation, line.mode, line.held, counters(present), from, bitmap, line.turns, line.alarm,
    redis.call('HMGET', LINE, 'inlet_state', 'note:signal', 'note:meter', 'note:told', 'note:allotments'),
    draws,
    line.drawing == 1 and redis.call('BITCOUNT', ENTERED) or 0, { line.within, line.outside },
    {
      line.incarnation, line.heartbeats_since, line.join_peak, redis.call('ZCARD', EXPIRED), line.clock, line.shifted + standing,
      redis.call('ZCARD', PROVISIONAL), line.lapses, line.outcomes_confirmed, line.outcomes_lapsed,
      line.size, line.size_version, redis.call('ZCARD', ACTIVE) - line.released, line.takeovers,
      line.lineage, line.epoch, line.stopped + standing, line.admissions_stopped > 0 and line.clock or 0,
    },
  }
end
