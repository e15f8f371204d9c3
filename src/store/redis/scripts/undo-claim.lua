-- Takes a claim back that nobody was told of. It stays counted, as an admission that lapsed. Repeatable.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: now, incarnation, generation, number, visitor, 1 where the number may be claimed again
-- Reply: { 'absent' } | { 'OK' }
local holder, again = holderAt(2), ARGV[6] == '1'
if not loadLine() then return { 'absent' } end
local now = settle(tonumber(ARGV[1]))

local function undo()
  if not isOfLine(holder.incarnation, holder.generation) then return end
  local live = liveAdmission(holder.visitor, now)
  if not live or tonumber(string.match(live, '^(%d+)')) ~= holder.number then return end
  removeAdmission(holder.visitor)
  line.lapses = line.lapses + 1
  line.released = math.min(line.released, redis.call('ZCARD', ACTIVE))
  if not again then return end
  redis.call('SETBIT', SPENT, holder.number, 0)
  if holder.number <= line.serving then
    serveAgain(holder.number, now)
  else
    line.left_unserved = line.left_unserved - 1
    hearWaiter(holder.number)
  end
end

undo()
saveLine()
return { 'OK' }
