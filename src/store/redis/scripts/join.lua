-- Issues the next numbers, in the order of the request. A newcomer takes a credit at once if there is one and it was
-- asked for. While a draw is open, newcomers become its entrants instead.
-- KEYS: those of the line (lib/line.lua). Its own field is about the joins of the process (lib/last-join.lua).
-- ARGV: now, count, process, which of its joins this is, '1' or '0' for each entrant who is proven or not, in one text,
-- the number of addresses, of each the address and the indexes (from 1) of its unproven entrants with commas between, the
-- indexes of unproven entrants without a limit, and of each entrant '1' for one who would claim or '0', '1' where the
-- admission needs no confirmation or '0', and the visitor
-- Reply: { 'absent' } | { 'closed' } | { 'given up' } | { 'entered', incarnation, generation, draw, first arrival index,
-- { granted } } | { 'joined', incarnation, generation, first number, { granted }, index, row, index, row … }, where the
-- indexes are those who were taken in. `granted` has for each address how many of its entrants are within the budget, and
-- at last 1 where there is a budget; it is empty where no proofs are asked for
local count, join, addresses = tonumber(ARGV[2]), tonumber(ARGV[4]), tonumber(ARGV[6])
local UNLIMITED = 7 + 2 * addresses
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
if second ~= line.join_second then noteJoin(now) end
line.join_count = second == line.join_second and line.join_count + count or count
line.join_second, line.join_peak = second, math.max(line.join_peak, line.join_count)

local function visitorOf(index)
  return string.sub(ARGV[UNLIMITED + index], 3)
end

-- The entrants beyond the budget, and how many of each address are within it. `idOf` is what an entrant gets.
local function withinBudget(idOf)
  local refused, granted = {}, {}
  if line.challenge ~= 1 then return refused, granted end
  local at = string.format('%.0f', secondOf(now))
  for n = 1, addresses do
    local indexes = {}
    for index in string.gmatch(ARGV[6 + 2 * n], '%d+') do indexes[#indexes + 1] = tonumber(index) end
    local function entryAt(k)
      return idOf(indexes[k]) .. ':' .. at .. ':' .. visitorOf(indexes[k])
    end
    granted[n] = line.unproven_per_address > 0 and grant(ARGV[5 + 2 * n], #indexes, entryAt, now) or 0
    for k = granted[n] + 1, #indexes do refused[indexes[k]] = true end
  end
  if line.unproven_per_address == 0 then
    for index in string.gmatch(ARGV[UNLIMITED], '%d+') do refused[tonumber(index)] = true end
  end
  granted[#granted + 1] = line.unproven_per_address > 0 and 1 or 0
  return refused, granted
end

if line.drawing == 1 and line.opens_at <= now then
  local first = line.arrivals
  local refused, granted = withinBudget(function(index)
    return string.format('e%.0f.%.0f', line.draws, first + index - 1)
  end)
  line.arrivals = first + count
  recordJoin(last, join, line.draws, first, line.arrivals - 1)
  if line.present_from_join == 1 then
    for index = 1, count do
      if not refused[index] then hear(ENTRANTS, first + index - 1) end
    end
  end
  saveLine()
  return { 'entered', line.incarnation, line.generation, line.draws, first, granted }
end

local before = line.queue
recordJoin(last, join, 0, before + 1, before + count)
if line.challenge == 1 and count > 0 then
  appendBits(UNPROVEN, before + 1, allBits(before + 1, before + count))
  local at = string.find(ARGV[5], '1', 1, true)
  while at do
    redis.call('SETBIT', UNPROVEN, before + at, 0)
    at = string.find(ARGV[5], '1', at + 1, true)
  end
end
local refused, granted = withinBudget(function(index) return string.format('%.0f', before + index) end)
if line.mode == 'passthrough' then line.serving = math.max(line.serving, before + count) end
local reply = { 'joined', line.incarnation, line.generation, before + 1, granted }
local held
local index = 1
-- Credits go to newcomers who may take one; the others leave them to the next.
while index <= count and before + index <= line.serving do
  local number = before + index
  line.queue = number
  if refused[index] and line.mode ~= 'passthrough' then
    line.serving = line.serving + 1
    keepNewcomers(number, number, now)
  elseif string.byte(ARGV[UNLIMITED + index]) == 49 then
    reply[#reply + 1] = index
    reply[#reply + 1] = admit(visitorOf(index), number, string.byte(ARGV[UNLIMITED + index], 2) == 49, now)
  else
    if line.present_from_join == 1 and not refused[index] then hearWaiter(number) end
    redis.call('SETBIT', HOLDING, number, 1)
    line.held, line.turns = line.held + 1, line.turns + 1
    held = number
  end
  index = index + 1
end
if held then pushBatch(held, now) end

line.queue = before + count
if line.present_from_join == 1 and index <= count then
  if next(refused) then
    for n = index, count do
      if not refused[n] then hearWaiter(before + n) end
    end
  else
    hearAll(WAITERS, before + index, line.queue)
    addBits(WAITED, before + index, allBits(before + index, line.queue))
  end
end
saveLine()
return reply
