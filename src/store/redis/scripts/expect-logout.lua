-- The end of a login is due at a time; what was known of an earlier one is replaced.
-- KEYS: the logins by when they are due, what is known of each
-- ARGV: login, when it is due in ms, sid or '', for how long to keep it in ms, now in ms, and, where it has to be held
-- still, until when that is in ms
restoreLogouts(KEYS[1], KEYS[2], ARGV[5])
if ARGV[6] then
  local held = redis.call('ZSCORE', KEYS[1], ARGV[1])
  if not held or tonumber(held) ~= tonumber(ARGV[6]) then return 0 end
end
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
redis.call('HSET', KEYS[2], ARGV[1], ' ' .. ARGV[3])
-- The queue of a deleted relying party is taken by no process.
for _, key in ipairs(KEYS) do
  if redis.call('PTTL', key) < tonumber(ARGV[4]) then redis.call('PEXPIRE', key, ARGV[4]) end
end
return 1
