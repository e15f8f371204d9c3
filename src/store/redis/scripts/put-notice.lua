-- Puts the notice of a visitor, in place of the one before.
-- KEYS: visitors by number, their notices (lib/notices.lua)
-- ARGV: incarnation:generation, visitor, number, notice, the most visitors, ttl in ms
-- Reply: 0 where there is no room for another visitor, else 1
if not isCurrent(ARGV[1]) then return 1 end
local isThere = redis.call('ZSCORE', KEYS[1], ARGV[2])
if not isThere and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[5]) then return 0 end
redis.call('HSET', KEYS[2], ':of', ARGV[1], ARGV[2], ARGV[4])
redis.call('ZADD', KEYS[1], ARGV[3], ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[6])
redis.call('PEXPIRE', KEYS[2], ARGV[6])
return 1
