-- An entrant withdraws from the draw that is not done, for good.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: now, incarnation, generation, draw, arrival index
-- Reply: { 'absent' } | { 'OK' }
if not loadLine() then return { 'absent' } end
settle(tonumber(ARGV[1]))
if isNext(ARGV[2], ARGV[3], tonumber(ARGV[4])) then withdrawEntrant(tonumber(ARGV[5])) end
saveLine()
return { 'OK' }
