-- Ends the admissions of visitors who left the site.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: now, how many left unnamed, the report's name ('': none), with which these count only once, how many completed, each
-- visitor who completed, then each who abandoned
-- Reply: { 'absent' } | { 'told', how many had no live admission, counters (lib/counters.lua), { each whose admission
-- ended } }
local exited, request, completed = tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])
if not loadLine() then return { 'absent' } end
local now = settle(tonumber(ARGV[1]))
local unknown, ended = 0, {}
for i = 5, #ARGV do
  local status = i < 5 + completed and 'completed' or 'abandoned'
  if endAdmission(ARGV[i], status, now) then ended[#ended + 1] = ARGV[i] else unknown = unknown + 1 end
end
if doneBefore(request) then exited = 0 end
line.released = math.min(line.released + exited, redis.call('ZCARD', ACTIVE))
if exited > 0 then rememberDone(request, exited) end
saveLine()
return { 'told', unknown, counters(), ended }
