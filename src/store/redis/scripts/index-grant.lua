-- Adds a record to those that go with a grant, and keeps the index at least as long as the record.
-- KEYS: the grant's index
-- ARGV: the record's key, its time to live in seconds; 0 for ever
-- Reply: 'OK'
local ttl, left = tonumber(ARGV[2]), redis.call('TTL', KEYS[1])
redis.call('SADD', KEYS[1], ARGV[1])
if ttl == 0 then
  redis.call('PERSIST', KEYS[1])
elseif left ~= -1 and ttl > left then
  redis.call('EXPIRE', KEYS[1], ttl)
end
return 'OK'
