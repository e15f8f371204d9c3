-- Lowers the serving counter by what is unclaimed of a raise, or only says by how much that would be.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: now, incarnation, generation, the serving counter before the raise, and after it, 1 to only say it or 0
-- Reply: { 'absent' } | { 'lost' }, where keys of the line are | { 'undone', unclaimed, by how much, counters
-- (lib/counters.lua) }
local incarnation, generation, from, to = ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
local isPreview = ARGV[6] == '1'
if not loadLine() then return { 'absent' } end
-- Without its keys a line would seem to have no turns.
if #lostKeys() > 0 then return { 'lost' } end
if not isPreview then settle(tonumber(ARGV[1])) end
local unclaimed, target = 0, line.serving
if isOfLine(incarnation, generation) then
  local alone = servedAlone()
  unclaimed = countUnclaimed(alone, from, to)
  -- In passthrough mode nobody waits.
  local lowest = line.mode == 'passthrough' and line.queue or 0
  if unclaimed > 0 then target = math.max(lowest, counterWithout(alone, unclaimed, from)) end
end
local by = math.max(0, line.serving - target)
if by > 0 and not isPreview then lower(target) end
if not isPreview then saveLine() end
return { 'undone', unclaimed, by, counters() }
