-- Numbers from this one on were issued at this time or later. Drops some marks that are too old.
-- KEYS: arrivals (a sorted set: `number:time` by number)
-- ARGV: number, time in seconds, ttl in ms
-- Reply: { 'OK' }
redis.call('ZADD', KEYS[1], ARGV[1], ARGV[1] .. ':' .. ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
-- More than one for each mark that is added, so that none stays for ever.
local before = tonumber(ARGV[2]) - ARGV[3] / 1000
for _, mark in ipairs(redis.call('ZRANGE', KEYS[1], 0, 9)) do
  if tonumber(string.match(mark, ':(%d+)$')) >= before then break end
  redis.call('ZREM', KEYS[1], mark)
end
return { 'OK' }
