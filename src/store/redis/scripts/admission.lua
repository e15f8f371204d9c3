-- The admission of a visitor, whether its time has passed or not.
-- KEYS: the line, its admissions
-- ARGV: visitor
-- Reply: { 'absent' } | { 'none' } | { 'row', row (lib/admissions.lua), the line's time }
local row = redis.call('HGET', KEYS[2], ARGV[1])
if row then return { 'row', row, redis.call('HGET', KEYS[1], 'clock') } end
return { redis.call('HEXISTS', KEYS[1], 'mode') == 1 and 'none' or 'absent' }
