-- Expires what is due, then moves the serving counter, never up past the room's size. As the step of an inlet only if
-- the breaker is off and nobody took that step before.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: now, 'numbers' or 'people', how many; negative numbers lower the counter; of people, up to how many places for
-- newcomers (-1: any); the request's name ('': none), with which it is done only once; then for a step the inlet's state
-- before, and after
-- Reply: { 'absent' } | { 'lost' }, where keys of the line are | { 'raised' or 'refused', by how much, the counter after it,
-- counters of steps (lib/counters.lua) }
local unit, by, credits, request, from, to = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5], ARGV[6], ARGV[7]
if not loadLine() then return { 'absent' } end
local done = doneBefore(request)
if done then return { 'raised', done.amount, done.serving, countersOfSteps() } end

-- The last number that may have a turn by this, as long as nobody's turn runs out first.
local function reachOf()
  local last = line.serving
  if by > 0 and unit == 'numbers' and line.size > 0 then last = counterAfter(by) end
  if by > 0 and unit == 'people' then
    local most = line.size > 0 and line.mode ~= 'passthrough' and math.min(by, line.size) or by
    last = math.max(furthest(most), nthPresent(math.min(most, line.queue + 1), false) or line.queue)
  end
  return math.min(last, line.queue)
end

-- Without its keys a line would seem to have free places.
if #lostKeys(line.serving + 1, reachOf()) > 0 then return { 'lost' } end
local now = settle(tonumber(ARGV[1]))
if from then
  if line.alarm == 1 or (redis.call('HGET', LINE, 'inlet_state') or '') ~= from then
    saveLine()
    return { 'refused', 0, line.serving, countersOfSteps() }
  end
  redis.call('HSET', LINE, 'inlet_state', to)
end
local before = line.serving
if unit == 'numbers' and by < 0 then
  -- Where everybody goes in at once nobody can be made to wait again.
  lower(math.max(line.mode == 'passthrough' and line.queue or 0, counterAfter(by)))
elseif canServe() and unit == 'numbers' then
  raiseNumbers(by, now)
elseif canServe() then
  raisePeople(by, credits < 0 and math.huge or credits, now)
end
rememberDone(request, line.serving - before)
saveLine()
return { 'raised', line.serving - before, line.serving, countersOfSteps() }
