-- Announces the next draw of this generation and its seed: one at a time, and each event once. Announced again before it
-- has entrants, it changes when the draw opens and its order.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: now, event, its id and seed (JSON), order, opens at, starts at (may be empty)
-- Reply: { 'absent' } | { 'OK' }
if not loadLine() then return { 'absent' } end
local now = settle(tonumber(ARGV[1]))
local announced = line.arrivals == 0 and isNextOf(ARGV[2])
if not announced and line.drawing == 0 and redis.call('HEXISTS', DRAWS, 'event:' .. ARGV[2]) == 0 then
  line.draws = line.draws + 1
  -- A process of an early version may have ended the draw before, and knows nothing of withdrawals.
  redis.call('UNLINK', WITHDRAWN)
  line.drawing, line.arrivals, line.entrants_window, line.entrants_slot = 1, 0, now, 0
  local n = string.format('%.0f', line.draws)
  redis.call('HSET', DRAWS, 'event:' .. ARGV[2], n, n, ARGV[3], n .. ':committed', string.format('%.0f', now))
  announced = true
end
if announced then
  line.opens_at = tonumber(ARGV[5])
  redis.call('HSET', DRAWS, string.format('%.0f:terms', line.draws), ARGV[4] .. ':' .. ARGV[5] .. ':' .. ARGV[6])
end
saveLine()
return { 'OK' }
