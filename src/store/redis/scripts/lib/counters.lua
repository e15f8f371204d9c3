-- How many are present. It takes as long as the line is long.
local function countPresent()
  local first = line.returned > 0 and firstByte(RETURNED)
  local returned = first and countCommon(RETURNED, PRESENT, 8 * first, line.serving) or 0
  return countBits(PRESENT, line.serving + 1, line.queue) + returned
end

-- The contract's counters that a step keeps, in the order in which replies.ts reads them.
local function countersOfSteps()
  local waiting = math.max(0, line.queue - line.serving) - line.left_unserved + line.returned
  return {
    line.queue, line.serving, waiting, line.claimed, redis.call('ZCARD', ACTIVE),
    line.completed, line.abandoned, line.expired,
  }
end

-- The contract's counters, with those who are present at the end.
local function counters()
  local all = countersOfSteps()
  all[#all + 1] = countPresent()
  return all
end

-- What view.lua replies: what a process needs to answer polls for a while without asking again.
local function view()
  local first, last = math.floor(line.serving / 8), math.floor(line.queue / 8)
  local present = last >= first and redis.call('GETRANGE', PRESENT, first, last) or ''
  local draws, standing = {}, standingFor(line.clock)
  for draw = 1, line.draws do draws[draw] = drawRecord(draw) end
  return {
    'view', line.generation, line.mode, line.held, counters(), first * 8, present, line.turns, line.alarm,
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
