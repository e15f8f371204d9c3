-- The admission of a visitor, whether its time has passed or not.
-- KEYS: the line, its admissions, those that are not confirmed, their sessions
-- ARGV: visitor
-- Reply: { 'absent' } | { 'none' } | { 'row', row as it is stored (lib/admissions.lua), the line's time, how far its
-- admissions were shifted, how long pauses have stopped them, in one that does until when, until when it has to be confirmed, as it is stored; '' where it is, and its sessions as they are
-- stored (lib/sessions.lua) or '' }
local row = redis.call('HGET', KEYS[2], ARGV[1])
if row then
  local line = redis.call(
    'HMGET', KEYS[1], 'clock', 'shifted', 'admissions_stopped', 'stopped', 'stopped_of', 'generation'
  )
  local stopped = line[5] == line[6] and line[4] or '0'
  local number, generation = string.match(row, '^(%d+):(%d+):')
  local confirmBy = redis.call('ZSCORE', KEYS[3], generation .. ':' .. number .. ':' .. ARGV[1])
  local sessions = redis.call('HGET', KEYS[4], ARGV[1])
  return { 'row', row, line[1], line[2] or '0', stopped, line[3] or '0', confirmBy or '', sessions or '' }
end
return { redis.call('HEXISTS', KEYS[1], 'mode') == 1 and 'none' or 'absent' }
