-- Takes logins that are due, longest first; each is due again when it is held no more.
-- KEYS: the logins by when they are due, what is known of each
-- ARGV: how many at most, now in ms, until when they are held in ms, since when at most they are due in ms
-- Reply: of each in turn: login, when it was first taken, sid or ''
restoreLogouts(KEYS[1], KEYS[2], ARGV[2])
local stale = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', '(' .. ARGV[4], 'LIMIT', 0, 1000)
if #stale > 0 then
  redis.call('ZREM', KEYS[1], unpack(stale))
  redis.call('HDEL', KEYS[2], unpack(stale))
end
local taken = {}
for _, login in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], ARGV[4], ARGV[2], 'LIMIT', 0, ARGV[1])) do
  local known = redis.call('HGET', KEYS[2], login) or ' '
  local since, sid = string.match(known, '^(%d*) (.*)$')
  if since == '' then
    since = ARGV[2]
    redis.call('HSET', KEYS[2], login, since .. ' ' .. sid)
  end
  redis.call('ZADD', KEYS[1], ARGV[3], login)
  taken[#taken + 1] = login
  taken[#taken + 1] = since
  taken[#taken + 1] = sid
end
return taken
