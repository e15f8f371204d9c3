-- Takes visitors whose admissions expired, longest first, and drops those who have been admitted again.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: now, how many at most
-- Reply: { 'absent' } | { 'taken', visitor … }
if not loadLine() then return { 'absent' } end
local now = settle(tonumber(ARGV[1]))
saveLine()
local visitors = redis.call('ZRANGE', EXPIRED, 0, tonumber(ARGV[2]) - 1)
if #visitors > 0 then redis.call('ZREMRANGEBYRANK', EXPIRED, 0, #visitors - 1) end
local reply = { 'taken' }
for _, visitor in ipairs(visitors) do
  if not liveAdmission(visitor, now) then reply[#reply + 1] = visitor end
end
return reply
