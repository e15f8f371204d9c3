-- Issues the next numbers, in the order of the request. A newcomer takes a credit at once if there is one and it was
-- asked for. While a draw is open, newcomers become its entrants instead.
-- KEYS: those of the line (lib/line.lua). Its own field is about the joins of the process (lib/last-join.lua).
-- ARGV: now, count, process, which of its joins this is, '1' or '0' for each entrant who is proven or not, in one text, for
-- each entrant which of them is the first from the network, in one text, or '' where each is; of each entrant: '1' for one
-- who would claim or '0', '1' where the admission needs no confirmation or '0', the address, a colon and the visitor; then
-- the network of each, with a slash before it; address and network are '' for one who is proven or has no limit
-- Reply: { 'absent' } | { 'closed' } | { 'given up' } | { 'entered', incarnation, generation, draw, first arrival index,
-- granted } | { 'joined', incarnation, generation, first number, granted, index, row, index, row … }, where the indexes are
-- those who were taken in. `granted` has '1' for each entrant who is proven or within the budget, or else '0', in one text;
-- it is empty where no proofs are asked for
local count, join, isProven = tonumber(ARGV[2]), tonumber(ARGV[4]), ARGV[5]
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

local function shownBy(index)
  return ARGV[6 + index]
end

local function visitorOf(index)
  return string.match(shownBy(index), ':(.*)$')
end

-- The row of the network of each entrant (lib/budget.lua); nil where each has one of its own.
local function rowsOfEntrants()
  if ARGV[6] == '' then return nil end
  local rows = {}
  for row in string.gmatch(ARGV[6], '%d+') do rows[#rows + 1] = tonumber(row) end
  return rows
end

-- The entrants beyond the budget, and who is granted. An entrant's entry (lib/budget.lua) begins with `prefix` and a number
-- from `first` on.
-- Called once at most.
local function withinBudget(prefix, first)
  local refused, rows = {}, rowsOfEntrants()
  if line.unproven_per_address == 0 then
    for index = 1, count do
      if string.byte(isProven, index) == 48 then refused[index] = true end
    end
  elseif count > 0 then
    local format = prefix .. string.format('%%d:%d,%%s', secondOf(now))
    local function entryOf(index)
      return string.format(format, first + index - 1, string.sub(shownBy(index), 3))
    end
    local function addressOf(index)
      return string.match(shownBy(index), '^..([^:]*)')
    end
    local coming, joining = readBudget({ unpack(ARGV, 7 + count, 6 + 2 * count) }, rows)
    -- In a crowd, most batches are of new networks alone.
    if not rows and coming == count and not isHalfFull(coming) then
      for index = 1, count do keepFirst(index, entryOf(index)) end
    else
      refused = grantEach(count, rows, coming, joining, entryOf, addressOf, now)
    end
    saveBudget()
  end
  if not next(refused) then return refused, string.rep('1', count) end
  local granted = {}
  for index = 1, count do granted[index] = refused[index] and '0' or '1' end
  return refused, table.concat(granted)
end

if line.drawing == 1 and line.opens_at <= now then
  local first = line.arrivals
  local refused, granted = {}, ''
  if line.challenge == 1 then
    refused, granted = withinBudget(string.format('e%d.', line.draws), first)
  end
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
local refused, granted = {}, ''
if line.challenge == 1 and count > 0 then
  appendBits(UNPROVEN, before + 1, allBits(before + 1, before + count))
  local at = string.find(isProven, '1', 1, true)
  while at do
    redis.call('SETBIT', UNPROVEN, before + at, 0)
    at = string.find(isProven, '1', at + 1, true)
  end
  refused, granted = withinBudget('', before + 1)
end
if line.mode == 'passthrough' then line.serving = math.max(line.serving, before + count) end
local reply = { 'joined', line.incarnation, line.generation, before + 1, granted }

-- Gives the credits that there are, and answers how many newcomers had their number below the counter. Credits go to
-- newcomers who may take one; the others leave them to the next.
-- Called once at most.
local function giveCredits()
  local held
  local index = 1
  while index <= count and before + index <= line.serving do
    local number = before + index
    line.queue = number
    if refused[index] and line.mode ~= 'passthrough' then
      line.serving = line.serving + 1
      keepNewcomers(number, number, now)
    elseif string.byte(shownBy(index)) == 49 then
      reply[#reply + 1] = index
      reply[#reply + 1] = replyRow((admit(visitorOf(index), number, string.byte(shownBy(index), 2) == 49, now)), now)
    else
      if line.present_from_join == 1 and not refused[index] then hearWaiter(number) end
      redis.call('SETBIT', HOLDING, number, 1)
      line.held, line.turns = line.held + 1, line.turns + 1
      held = number
    end
    index = index + 1
  end
  if held then pushBatch(held, now) end
  return index - 1
end

local index = (line.serving > before and giveCredits() or 0) + 1
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
