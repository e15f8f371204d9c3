-- These entrants of the draw that is not done were heard from; those of any other draw are ignored.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: now, generation, draw, arrival index …
-- Reply: { 'absent' } | { 'OK' }
if not loadLine() then return { 'absent' } end
settle(tonumber(ARGV[1]))
if isNext(tonumber(ARGV[2]), tonumber(ARGV[3])) then
  for i = 4, #ARGV do
    local index = tonumber(ARGV[i])
    if index >= 0 and index < line.arrivals then hear(ENTRANTS, index) end
  end
end
saveLine()
return { 'OK' }
