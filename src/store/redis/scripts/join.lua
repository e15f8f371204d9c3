-- Issues the next numbers, in the order of the request. A newcomer takes a credit at once if there is one and it was
-- asked for. While a draw is open, newcomers become its entrants instead.
-- KEYS: those of the line (lib/line.lua). Its own field is about the joins of the process (lib/last-join.lua).
-- ARGV: now, count, process, which of its joins this is, then of each entrant (indexes from 1) who would claim
-- `index:confirmed:visitor`, 1 where the admission needs no confirmation
-- Reply: { 'absent' } | { 'closed' } | { 'given up' } | { 'entered', incarnation, generation, draw, first arrival index } | { 'joined', incarnation, generation,
-- first number, index, row, index, row … }, where the indexes are those who were taken in
local count, join = tonumber(ARGV[2]), tonumber(ARGV[4])
if not loadLine() then return { 'absent' } end
local last = lastJoin(ARGV[3])
if join <= last.givenUp then return { 'given up' } end
local now = settle(tonumber(ARGV[1]))
if line.mode == 'closed' then
  saveLine()
  return { 'closed' }
end
-- The highest rate of joins: so far the counter moves on where writes were lost.
local second = math.floor(now / 1000)
line.join_count = second == line.join_second and line.join_count + count or count
line.join_second, line.join_peak = second, math.max(line.join_peak, line.join_count)
if line.drawing == 1 and line.opens_at <= now then
  local first = line.arrivals
  line.arrivals = first + count
  hearAll(ENTRANTS, first, line.arrivals - 1)
  recordJoin(last, join, line.draws, first, line.arrivals - 1)
  saveLine()
  return { 'entered', line.incarnation, line.generation, line.draws, first }
end
local before = line.queue
line.queue = before + count
recordJoin(last, join, 0, before + 1, line.queue)
if line.mode == 'passthrough' then line.serving = math.max(line.serving, line.queue) end
local reply = { 'joined', line.incarnation, line.generation, before + 1 }
local credits = math.min(line.queue, math.max(line.serving, before))

local takers = {}
for i = 5, #ARGV do
  local index, confirmed, visitor = string.match(ARGV[i], '^(%d+):(%d):(.*)$')
  if before + tonumber(index) > credits then break end
  takers[tonumber(index)] = { visitor = visitor, confirmed = confirmed == '1' }
end
local held
for index = 1, credits - before do
  local number = before + index
  if takers[index] then
    reply[#reply + 1] = index
    reply[#reply + 1] = admit(takers[index].visitor, number, takers[index].confirmed, now)
  else
    hear(WAITERS, number)
    redis.call('SETBIT', HOLDING, number, 1)
    line.held, line.turns = line.held + 1, line.turns + 1
    held = number
  end
end
if held then pushBatch(held, now) end

hearAll(WAITERS, credits + 1, line.queue)
saveLine()
return reply
