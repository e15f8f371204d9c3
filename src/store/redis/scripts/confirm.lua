-- Confirms the live admission of a visitor.
-- KEYS: those of the line (lib/line.lua), or four of them (lib/quick-line.lua)
-- ARGV: now, visitor, then, where what was issued with a serial is used, the serial and what the gate knows the browser
-- by
-- Reply: { 'absent' } | { 'unsettled' } | { 'none' } | { 'row', row (lib/admissions.lua), its sessions as they are stored
-- (lib/sessions.lua) or '' }
if not loadLine() then return { 'absent' } end
local visitor, serial = ARGV[2], tonumber(ARGV[3] or 0)
local now = settleUnlessSteady(tonumber(ARGV[1]))
if not now then return { 'unsettled' } end
local row = liveAdmission(visitor, now)
local number = row and tonumber(string.match(row, '^(%d+):'))
if row and serial > 0 then
  local sessions = readSessions(visitor, number) or newSessions(serial)
  if markBack(sessions, serial, ARGV[4] or '', measuredTime(now)) then
    writeSessions(visitor, number, sessions)
  else
    row = nil
  end
end
if row then row = confirmRow(visitor, row) end
saveLine()
if not row then return { 'none' } end
return { 'row', replyRow(row, now), redis.call('HGET', SESSIONS, visitor) or '' }
