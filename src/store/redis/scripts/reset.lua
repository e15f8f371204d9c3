-- A new generation: all counters 0, all tickets and admissions void.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: none
-- Reply: { 'absent' } | { 'reset', counters (lib/counters.lua) }
if not loadLine() then return { 'absent' } end
beginGeneration(line.generation + 1)
saveLine()
return { 'reset', counters() }
