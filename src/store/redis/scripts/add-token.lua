-- Adds a token unless its visitor has one, and drops some that expired long ago.
-- KEYS: tokens (a hash: visitor → `status:token`), their expiries (a sorted set)
-- ARGV: visitor, `status:token`, expiry in seconds, for how many ms a token is kept after that, now in seconds
-- Reply: the `status:token` that the visitor has then
local kept, now = tonumber(ARGV[4]), tonumber(ARGV[5])
if redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2]) == 0 then return redis.call('HGET', KEYS[1], ARGV[1]) end
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
-- More than one for each token that is added, so that none stays for ever.
local old = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now - kept / 1000, 'LIMIT', 0, 10)
if #old > 0 then
  redis.call('ZREM', KEYS[2], unpack(old))
  redis.call('HDEL', KEYS[1], unpack(old))
end
local ttl = kept + math.max(0, tonumber(ARGV[3]) - now) * 1000
for _, key in ipairs(KEYS) do
  if redis.call('PTTL', key) < ttl then redis.call('PEXPIRE', key, string.format('%.0f', ttl)) end
end
return ARGV[2]
