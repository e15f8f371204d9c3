-- Takes logins that are due, longest first; each is due again when it is held no more.
-- KEYS: the logins by when they are due, what is known of each
-- ARGV: how many at most, now in ms, until when they are held in ms
-- Reply: of each in turn: login, since when it is due, sid or ''
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[2], 'WITHSCORES', 'LIMIT', 0, ARGV[1])
local taken = {}
for i = 1, #due, 2 do
  local login, known = due[i], redis.call('HGET', KEYS[2], due[i]) or ' '
  local since, sid = string.match(known, '^(%d*) (.*)$')
  if since == '' then
    since = due[i + 1]
    redis.call('HSET', KEYS[2], login, since .. ' ' .. sid)
  end
  redis.call('ZADD', KEYS[1], ARGV[3], login)
  taken[#taken + 1] = login
  taken[#taken + 1] = since
  taken[#taken + 1] = sid
end
return taken
