-- Adds a token unless its visitor has one.
-- KEYS: tokens (a hash: visitor → `status:token`), their expiries (a sorted set)
-- ARGV: visitor, `status:token`, expiry in seconds, ttl in ms
-- Reply: the `status:token` that the visitor has then
if redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2]) == 0 then return redis.call('HGET', KEYS[1], ARGV[1]) end
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call('PEXPIRE', KEYS[2], ARGV[4])
return ARGV[2]
