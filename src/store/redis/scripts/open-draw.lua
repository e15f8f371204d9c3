-- From now on who joins becomes an entrant. An event opens once a generation, and one at a time.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: now, event, opening (JSON)
-- Reply: { 'absent' } | { 'OK' }
if not loadLine() then return { 'absent' } end
local now = settle(tonumber(ARGV[1]))
if line.drawing == 0 and redis.call('HEXISTS', DRAWS, 'event:' .. ARGV[2]) == 0 then
  line.draws = line.draws + 1
  line.drawing, line.arrivals, line.entrants_window, line.entrants_slot = 1, 0, now, 0
  local n = string.format('%.0f', line.draws)
  redis.call('HSET', DRAWS, 'event:' .. ARGV[2], n, n, ARGV[3], n .. ':opened', string.format('%.0f', now))
end
saveLine()
return { 'OK' }
