-- The numbers whose turn or admission overlapped a span of time and ended without being completed, the lowest first.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: now, from, to, how many at most, after which number
-- Reply: { 'absent' } | { 'ended', the number after which there may be more or '', number … }
if not loadLine() then return { 'absent' } end
local now = settle(tonumber(ARGV[1]))
saveLine()
local numbers, next =
  endedTurns(tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), now)
return { 'ended', next, unpack(numbers) }
