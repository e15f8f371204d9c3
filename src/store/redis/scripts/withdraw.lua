-- An entrant of the draw that is not done does not want to be drawn.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: now, incarnation, generation, draw, arrival index
-- Reply: { 'absent' } | { 'OK' }
local index = tonumber(ARGV[5])
if not loadLine() then return { 'absent' } end
settle(tonumber(ARGV[1]))
if isNext(ARGV[2], ARGV[3], tonumber(ARGV[4])) and index >= 0 and index < line.arrivals then forget(ENTRANTS, index) end
saveLine()
return { 'OK' }
