-- Takes a lease that is free, or prolongs it for the one who has it.
-- KEYS: the lease
-- ARGV: holder, time to live in ms
-- Reply: 1 where the holder has it now, else 0
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
