-- Discards a join whose answer reached nobody: its numbers count as left, and its places are free again. Numbers stay
-- unconfirmed: if the answer reached a visitor after all, the ticket proves it.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: now, incarnation, generation, draw (0 where it issued numbers), first and last number or arrival index, then the
-- visitors who would have been admitted at once
-- Reply: { 'absent' } | { 'OK' }
local draw, from, to = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])

local function discardEntrants()
  if not isNext(ARGV[2], ARGV[3], draw) then return end
  for index = from, to do withdrawEntrant(index) end
end

local function discardNumbers(now)
  from, to = math.max(1, from), math.min(to, line.queue)
  for i = 7, #ARGV do
    local live = liveAdmission(ARGV[i], now)
    local number = live and tonumber(string.match(live, '^(%d+)')) or 0
    if number >= from and number <= to then endAdmission(ARGV[i], 'abandoned', now) end
  end
  for number = from, to do
    release(number)
    dropReturned(number)
    dropArriving(number)
  end
  markUnconfirmed(from, to)
end

if not loadLine() then return { 'absent' } end
local now = settle(tonumber(ARGV[1]))
if draw > 0 then
  discardEntrants()
elseif isOfLine(ARGV[2], ARGV[3]) then
  discardNumbers(now)
end
saveLine()
return { 'OK' }
