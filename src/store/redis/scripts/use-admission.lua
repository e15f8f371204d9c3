-- Decides whether a browser may use the live admission of its visitor.
-- KEYS: those of the line (lib/line.lua), or four of them (lib/quick-line.lua)
-- ARGV: now, visitor, the browser's serial, sessions that the admission may have, how often the request has come, 1 where
-- what is issued can be made void, 1 where the browser takes over
-- Reply: { 'absent' } | { 'unsettled' } | { 'none' } | { 'used', outcome, serial }
if not loadLine() then return { 'absent' } end
local visitor, serial = ARGV[2], tonumber(ARGV[3])
local now = settleUnlessSteady(tonumber(ARGV[1]))
if not now then return { 'unsettled' } end
local row = liveAdmission(visitor, now)
local outcome, issued
if row then
  local number = tonumber(string.match(row, '^(%d+):'))
  local sessions = readSessions(visitor, number) or newSessions(serial)
  local use = {
    serial = serial, limit = tonumber(ARGV[4]), attempt = tonumber(ARGV[5]), revocable = ARGV[6] == '1',
    takeOver = ARGV[7] == '1',
  }
  outcome, issued = useSerial(sessions, use, measuredTime(now))
  if issued > 0 then writeSessions(visitor, number, sessions) end
  if outcome == 'taken over' then line.takeovers = line.takeovers + 1 end
end
saveLine()
return row and { 'used', outcome, issued } or { 'none' }
