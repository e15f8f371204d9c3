-- The admission of a visitor, whether its time has passed or not.
-- KEYS: the line, its admissions
-- ARGV: visitor
-- Reply: { 'absent' } | { 'none' } | { 'row', row as it is stored (lib/admissions.lua), the line's time, and how far
-- its admissions were shifted }
local row = redis.call('HGET', KEYS[2], ARGV[1])
if row then
  local line = redis.call('HMGET', KEYS[1], 'clock', 'shifted')
  return { 'row', row, line[1], line[2] or '0' }
end
return { redis.call('HEXISTS', KEYS[1], 'mode') == 1 and 'none' or 'absent' }
