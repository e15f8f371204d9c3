-- Issues the next numbers to the entrants who are present, as a block. Which number each has follows from the seed and
-- their presence, so it is not written. Open credits go to the first of them.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: now, event
-- Reply: { 'absent' } | { 'OK' }
if not loadLine() then return { 'absent' } end
local now = settle(tonumber(ARGV[1]))
if isNextOf(ARGV[2]) then
  local n, base, serving = string.format('%.0f', line.draws), line.queue, line.serving
  local entrants = redis.call('BITCOUNT', ENTERED)
  local done = string.format('%.0f:%.0f:%.0f:%.0f', line.arrivals, now, base, entrants)
  redis.call('HSET', DRAWS, n .. ':done', done, n .. ':there', redis.call('GET', ENTERED) or '')
  redis.call('UNLINK', ENTERED, WITHDRAWN, unpack(ENTERED_SLOTS))
  line.drawing = 0
  line.serving = math.min(serving, base)
  line.queue = base + entrants
  hearAll(WAITERS, base + 1, line.queue)
  addBits(WAITED, base + 1, allBits(base + 1, line.queue))
  if line.mode == 'passthrough' then
    serveUpTo(math.max(serving, line.queue), now, false)
  elseif serving > line.serving then
    serveUpTo(serving, now, line.size > 0)
  end
end
saveLine()
return { 'OK' }
