-- A draw of this generation that is done, with who was there.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: generation, draw
-- Reply: { 'absent' } | { 'none' } | { 'drawn', record (lib/draw.lua), bitmap of who was there }
local draw = tonumber(ARGV[2])
if not loadLine() then return { 'absent' } end
local there = tonumber(ARGV[1]) == line.generation and redis.call('HGET', DRAWS, ARGV[2] .. ':there')
return there and { 'drawn', drawRecord(draw), there } or { 'none' }
