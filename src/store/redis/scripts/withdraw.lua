-- An entrant of the draw that is not done does not want to be drawn.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: now, generation, draw, arrival index
-- Reply: { 'absent' } | { 'OK' }
local index = tonumber(ARGV[4])
if not loadLine() then return { 'absent' } end
settle(tonumber(ARGV[1]))
if isNext(tonumber(ARGV[2]), tonumber(ARGV[3])) and index >= 0 and index < line.arrivals then forget(ENTRANTS, index) end
saveLine()
return { 'OK' }
