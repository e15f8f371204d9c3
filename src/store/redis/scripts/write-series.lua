-- Replaces rows of an hour of a room's measurements.
-- KEYS: the hour
-- ARGV: how long it is kept in ms, then a minute and its row, again and again
redis.call('HSET', KEYS[1], unpack(ARGV, 2))
redis.call('PEXPIRE', KEYS[1], ARGV[1])
