-- Numbers from this one on were issued at this time or later.
-- KEYS: arrivals (a sorted set: `number:time` by number)
-- ARGV: number, time in seconds, ttl in ms
-- Reply: { 'OK' }
redis.call('ZADD', KEYS[1], ARGV[1], ARGV[1] .. ':' .. ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return { 'OK' }
