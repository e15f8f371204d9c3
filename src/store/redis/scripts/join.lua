-- Gives the next numbers, in the order of the entrants. Whoever finds a credit takes it at once, if asked for.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: now, count, then `index:visitor` of each entrant (indexes from 1) who would claim
-- Reply: { 'absent' } | { 'closed' } | { 'joined', generation, first number, index, row, index, row … }, where the
-- indexes are those who were taken in
local now, count = tonumber(ARGV[1]), tonumber(ARGV[2])
if not loadLine() then return { 'absent' } end
settle(now)
if line.mode == 'closed' then
  saveLine()
  return { 'closed' }
end
local before = line.queue
line.queue = before + count
if line.mode == 'passthrough' then line.serving = math.max(line.serving, line.queue) end
local reply = { 'joined', line.generation, before + 1 }
local credits = math.min(line.queue, math.max(line.serving, before))

local takers = {}
for i = 3, #ARGV do
  local index, visitor = string.match(ARGV[i], '^(%d+):(.*)$')
  if before + tonumber(index) > credits then break end
  takers[tonumber(index)] = visitor
end
local held
for index = 1, credits - before do
  local number = before + index
  if takers[index] then
    reply[#reply + 1] = index
    reply[#reply + 1] = takeIn(takers[index], number, now)
  else
    hear(number)
    redis.call('SETBIT', HOLDING, number, 1)
    line.held = line.held + 1
    held = number
  end
end
if held then pushBatch(held, now) end

if line.queue > credits then
  local waiting = allBits(credits + 1, line.queue)
  appendBits(SLOTS[line.slot + 1], credits + 1, waiting)
  appendBits(PRESENT, credits + 1, waiting)
end
saveLine()
return reply
