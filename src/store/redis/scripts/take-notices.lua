-- Takes notices that are due, those of the smallest numbers first. A mark stays in place of each (lib/notices.lua).
-- KEYS: visitors by number, their notices (lib/notices.lua)
-- ARGV: incarnation:generation, up to which number, how many at most, now in ms
-- Reply: of each in turn: visitor, number, notice
if not isCurrent(ARGV[1]) then return {} end
local LOOK = 200
local taken, from, max = {}, 0, 3 * tonumber(ARGV[3])
repeat
  local found = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[2], 'WITHSCORES', 'LIMIT', from, LOOK)
  for i = 1, #found, 2 do
    local notice = redis.call('HGET', KEYS[2], found[i])
    local isDue = not notice or tonumber(string.match(notice, '^(%d+)')) <= tonumber(ARGV[4])
    if isDue and #taken < max then
      redis.call('ZREM', KEYS[1], found[i])
      if notice then
        redis.call('HSET', KEYS[2], found[i], markOf(notice))
        taken[#taken + 1] = found[i]
        taken[#taken + 1] = found[i + 1]
        taken[#taken + 1] = notice
      end
    else
      from = from + 1
    end
  end
until #found < 2 * LOOK or #taken >= max
return taken
