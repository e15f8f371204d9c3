-- Puts back a notice that was taken, unless its visitor has withdrawn or replaced it since.
-- KEYS: visitors by number, their notices (lib/notices.lua)
-- ARGV: incarnation:generation, visitor, number, notice, ttl in ms
-- Reply: 1, or 0 where its mark is gone
if not isCurrent(ARGV[1]) or redis.call('HGET', KEYS[2], ARGV[2]) ~= markOf(ARGV[4]) then return 0 end
redis.call('HSET', KEYS[2], ARGV[2], ARGV[4])
redis.call('ZADD', KEYS[1], ARGV[3], ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[5])
redis.call('PEXPIRE', KEYS[2], ARGV[5])
return 1
