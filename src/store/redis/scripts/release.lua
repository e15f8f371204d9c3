-- Gives a lease back, if the holder still has it.
-- KEYS: the lease
-- ARGV: holder
-- Reply: 1 where it was given back, else 0
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
