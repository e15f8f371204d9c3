-- Expires what is due, then moves the serving counter, never up past the room's size.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: now, 'numbers' or 'people', how many; negative numbers lower the counter
-- Reply: { 'absent' } | { 'raised', by how much, counters (lib/counters.lua) }
local now, unit, by = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3])
if not loadLine() then return { 'absent' } end
settle(now)
local before = line.serving
if unit == 'numbers' and by < 0 then
  -- Where everybody goes in at once nobody can be made to wait again.
  lower(math.max(line.mode == 'passthrough' and line.queue or 0, before + by))
elseif canServe() and unit == 'numbers' then
  serveReturned(freePlaces(), now)
  serveUpTo(math.min(line.serving + by, furthest(freePlaces())), now, line.size > 0)
elseif canServe() then
  local places = math.min(by, freePlaces())
  local left = places - serveReturned(places, now)
  if left > 0 then serveUpTo(furthest(left), now, true) end
end
saveLine()
return { 'raised', line.serving - before, counters() }
