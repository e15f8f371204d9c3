-- Says when a login that is held is due again, or takes it out. Does nothing where it is held no more.
-- KEYS: the logins by when they are due, what is known of each
-- ARGV: login, until when it is held in ms, when it is due again in ms or '' to take it out
local held = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not held or tonumber(held) ~= tonumber(ARGV[2]) then return 0 end
if ARGV[3] == '' then
  redis.call('ZREM', KEYS[1], ARGV[1])
  redis.call('HDEL', KEYS[2], ARGV[1])
else
  redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1])
end
return 1
