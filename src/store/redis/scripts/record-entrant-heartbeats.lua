-- Records heartbeats of entrants of the draw that is not done; those of any other draw, and of entrants who withdrew,
-- are ignored.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: now, incarnation, generation, draw, arrival index …
-- Reply: { 'absent' } | { 'OK' }
if not loadLine() then return { 'absent' } end
settle(tonumber(ARGV[1]))
if isNext(ARGV[2], ARGV[3], tonumber(ARGV[4])) then
  for i = 5, #ARGV do hearEntrant(tonumber(ARGV[i])) end
end
saveLine()
return { 'OK' }
