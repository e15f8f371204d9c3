-- The end of a login is due at a time; what was known of an earlier one is replaced.
-- KEYS: the logins by when they are due, what is known of each
-- ARGV: login, when it is due in ms, sid or ''
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
redis.call('HSET', KEYS[2], ARGV[1], ' ' .. ARGV[3])
return 0
