-- Confirms the live admission of a visitor.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: now, visitor
-- Reply: { 'absent' } | { 'none' } | { 'row', row (lib/admissions.lua) }
if not loadLine() then return { 'absent' } end
local row = liveAdmission(ARGV[2], settle(tonumber(ARGV[1])))
if row then row = confirmRow(ARGV[2], row) end
saveLine()
return row and { 'row', row } or { 'none' }
