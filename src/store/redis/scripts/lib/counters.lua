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
