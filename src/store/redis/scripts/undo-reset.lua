-- Brings the line of before a reset back, or only says what that would do.
-- KEYS: those of the line (lib/line.lua), then those of the line that is kept
-- ARGV: now, the incarnation of the line that the reset began, 1 to only say it or 0
-- Reply: { 'absent' } | { 'undone' | 'gone' | 'let_in' | 'too_large', waiting, inside, numbers issued since, counters
-- (lib/counters.lua) }
if not loadLine() then return { 'absent' } end
passTime(tonumber(ARGV[1]), 1)
local now = settle(tonumber(ARGV[1]))
local kept, issuedSince = ARGV[2] == line.incarnation and keptBefore(now), line.queue
if not kept then
  saveLine()
  return { 'gone', 0, 0, issuedSince, counters() }
end
local counts = countKept(kept, line.shifted, now)
local refusal = refusalOf(kept, counts)
if not refusal and ARGV[3] == '0' then bringBack(kept, now) end
saveLine()
return { refusal or 'undone', counts.waiting, counts.inside, issuedSince, counters() }
