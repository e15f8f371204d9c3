-- Restarts the lifetime of a live admission.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: now, visitor
-- Reply: { 'absent' } | { 'none' } | { 'row', row (lib/admissions.lua) }
if not loadLine() then return { 'absent' } end
local now = settle(tonumber(ARGV[1]))
local row = liveRow(ARGV[2], now)
if row then
  local number, issuedAt, expiresAt = string.match(row, '^(%d+):%d+:(%d+):(%d+)$')
  local longer = math.max(tonumber(expiresAt), now + line.lifetime)
  row = putAdmission(ARGV[2], tonumber(number), tonumber(issuedAt), longer)
end
saveLine()
return row and { 'row', row } or { 'none' }
