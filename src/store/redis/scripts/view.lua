-- Everything a process needs to answer polls for a while without asking again.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: now
-- Reply: { 'absent' } | { 'view', generation, mode, held, counters (lib/counters.lua), first number of the bitmap,
-- bitmap of those present among the unserved }
if not loadLine() then return { 'absent' } end
settle(tonumber(ARGV[1]))
saveLine()
local first, last = math.floor(line.serving / 8), math.floor(line.queue / 8)
local present = last >= first and redis.call('GETRANGE', PRESENT, first, last) or ''
return { 'view', line.generation, line.mode, line.held, counters(), first * 8, present }
