-- Where a holder stands, without changing anything.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: now, incarnation, generation, number, visitor
-- Reply: { 'absent' } | a place (lib/place.lua)
if not loadLine() then return { 'absent' } end
return place(holderAt(2), math.max(line.clock, tonumber(ARGV[1])))
