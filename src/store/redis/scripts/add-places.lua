-- Adds places that another waiting room gave. An id that is there keeps its place.
-- KEYS: places (a hash: id → `number:time`)
-- ARGV: ttl in ms, then id and `number:time` of each place
-- Reply: { 'OK' }
for i = 2, #ARGV, 2 do redis.call('HSETNX', KEYS[1], ARGV[i], ARGV[i + 1]) end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return { 'OK' }
