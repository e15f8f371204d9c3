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
  local active = redis.call('ZCARD', ACTIVE)
  local wasReportedFree = line.released > active
  if wasReportedFree then line.released = active end
  if not again then return end
  redis.call('SETBIT', SPENT, holder.number, 0)
  if holder.number > line.serving then
    line.left_unserved = line.left_unserved - 1
    hearWaiter(holder.number)
  elseif wasReportedFree and line.size ~= 0 and line.mode ~= 'passthrough' then
    redis.call('SETBIT', WAITED, holder.number, 1)
    addReturned(holder.number)
    hearWaiter(holder.number)
  else
    serveAgain(holder.number, now)
  end
end

undo()
saveLine()
return { 'OK' }
