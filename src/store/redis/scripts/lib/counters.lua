-- The contract's counters, in the order in which scripts.ts reads them.
local function counters()
  local present = countBits(PRESENT, line.serving + 1, line.queue)
  if line.returned > 0 then
    redis.call('BITOP', 'AND', SCRATCH, RETURNED, PRESENT)
    present = present + redis.call('BITCOUNT', SCRATCH)
    redis.call('DEL', SCRATCH)
  end
  local waiting = math.max(0, line.queue - line.serving) - line.left_unserved + line.returned
  return {
    line.queue, line.serving, waiting, present, line.claimed, redis.call('ZCARD', ACTIVE),
    line.completed, line.abandoned, line.expired,
  }
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
