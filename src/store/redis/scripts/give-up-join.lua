-- What a join issued that its caller gave up. From now on it issues nothing, should it come later.
-- KEYS: those of the line (lib/line.lua). Its own field is about the joins of the process (lib/last-join.lua).
-- ARGV: process, which of its joins
-- Reply: { 'absent' } | { 'none' } | { 'issued', incarnation, generation, draw, first, last }
local givenUp = tonumber(ARGV[2])
if not loadLine() then return { 'absent' } end
local known = lastJoin(ARGV[1])
local join, generation, draw, first, last = string.match(known.rest, '^ (%d+) (%d+) (%d+) (%d+) (%d+)$')
if tonumber(join) == givenUp then return { 'issued', line.incarnation, generation, draw, first, last } end
line[OWN_FIELD] = string.format('%s %.0f%s', known.process, math.max(known.givenUp, givenUp), known.rest)
saveLine()
return { 'none' }
