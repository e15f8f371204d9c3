-- Everything a process needs to answer polls for a while without asking again.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: now
-- Reply: { 'absent' } | { 'view', generation, mode, held, counters (lib/counters.lua), first number of the bitmap,
-- bitmap of those present among the unserved, turns, 1 where the breaker is on, { the inlet's state, each note in the
-- order of replies.ts }, { each draw (lib/draw.lua) }, entrants present, { predictions that came true, that did not },
-- { incarnation, since when heartbeats count, most joins in a second, expired admissions that are not reported, the
-- line's time, by how much it was shifted, admissions that are not confirmed, those that lapsed, the latest that were
-- confirmed, and that lapsed, size, its version (lib/rules.lua), visitors inside, takeovers, lineage, epoch } }
if not loadLine() then return { 'absent' } end
settle(tonumber(ARGV[1]))
saveLine()
return view(wholePresent())
