-- Begins a new line: all counters 0, all tickets and admissions void. The one of before is kept for an hour.
-- KEYS: those of the line (lib/line.lua), then those of the line that is kept
-- ARGV: now, the incarnation of the new line
-- Reply: { 'absent' } | { 'reset', counters (lib/counters.lua) }
if not loadLine() then return { 'absent' } end
passTime(tonumber(ARGV[1]), 1)
local now = settle(tonumber(ARGV[1]))
local generation, lineage = epochOf(line) + 1, lineageOf(line)
keepLine(generation, now)
beginLine({ incarnation = ARGV[2], generation = generation, lineage = lineage, epoch = generation })
saveLine()
return { 'reset', counters() }
