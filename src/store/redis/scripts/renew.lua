-- Restarts the lifetime of a live admission.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: now, visitor
-- Reply: { 'absent' } | { 'none' } | { 'row', row (lib/admissions.lua) }
if not loadLine() then return { 'absent' } end
local now = settle(tonumber(ARGV[1]))
local row = liveAdmission(ARGV[2], now)
if row then row = prolong(ARGV[2], row, now + line.lifetime, now) end
saveLine()
return row and { 'row', replyRow(row, now) } or { 'none' }
