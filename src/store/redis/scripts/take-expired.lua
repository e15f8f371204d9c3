-- Takes visitors whose admissions expired, longest first.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: now, how many at most
-- Reply: { 'absent' } | { 'taken', visitor … }
if not loadLine() then return { 'absent' } end
settle(tonumber(ARGV[1]))
saveLine()
local visitors = redis.call('ZRANGE', EXPIRED, 0, tonumber(ARGV[2]) - 1)
if #visitors > 0 then redis.call('ZREMRANGEBYRANK', EXPIRED, 0, #visitors - 1) end
table.insert(visitors, 1, 'taken')
return visitors
