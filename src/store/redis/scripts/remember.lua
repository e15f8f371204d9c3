-- Remembers a value unless one is remembered. (SET with both NX and GET needs Redis 7.)
-- KEYS: where
-- ARGV: value, time to live in ms
-- Reply: nil where it was free, otherwise what was remembered first
local first = redis.call('GET', KEYS[1])
if first then return first end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return false
