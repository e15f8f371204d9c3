-- A draw of this generation that is done, with who was there.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: incarnation, generation, draw
-- Reply: { 'absent' } | { 'none' } | { 'drawn', record (lib/draw.lua), bitmap of who was there }
local draw = tonumber(ARGV[3])
if not loadLine() then return { 'absent' } end
local there = isOfLine(ARGV[1], ARGV[2]) and redis.call('HGET', DRAWS, ARGV[3] .. ':there')
return there and { 'drawn', drawRecord(draw), there } or { 'none' }
