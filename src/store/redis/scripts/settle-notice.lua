-- Drops the mark of a notice that was taken. It stays as `failed`, while there are not too many.
-- KEYS: visitors by number, their notices (lib/notices.lua)
-- ARGV: incarnation:generation, visitor, notice, the most visitors of whom it stays
-- Reply: 1, or 0 where its mark is gone
if not isCurrent(ARGV[1]) or redis.call('HGET', KEYS[2], ARGV[2]) ~= markOf(ARGV[3]) then return 0 end
if redis.call('HLEN', KEYS[2]) - redis.call('ZCARD', KEYS[1]) <= tonumber(ARGV[4]) then
  redis.call('HSET', KEYS[2], ARGV[2], 'failed')
else
  redis.call('HDEL', KEYS[2], ARGV[2])
end
return 1
