-- Ends the admissions of visitors who left the site.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: now, how many left unnamed, how many completed, each visitor who completed, then each who abandoned
-- Reply: { 'absent' } | { 'told', how many had no live admission, counters (lib/counters.lua), { each whose admission
-- ended } }
local exited, completed = tonumber(ARGV[2]), tonumber(ARGV[3])
if not loadLine() then return { 'absent' } end
local now = settle(tonumber(ARGV[1]))
local unknown, ended = 0, {}
for i = 4, #ARGV do
  local status = i < 4 + completed and 'completed' or 'abandoned'
  if endAdmission(ARGV[i], status, now) then ended[#ended + 1] = ARGV[i] else unknown = unknown + 1 end
end
line.released = math.min(line.released + exited, redis.call('ZCARD', ACTIVE))
saveLine()
return { 'told', unknown, counters(), ended }
