-- Compares clocks: remembers how far a process's clock is ahead of this server's, and forgets old entries.
-- KEYS: the skews by process, each as `skew:when it was remembered`
-- ARGV: process, its skew in ms ('' if unknown), for how long an entry counts in ms
-- Reply: { this server's time in ms, skew of another process … }
local process, skew, lasts = ARGV[1], ARGV[2], tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local reply = { now }
local entries = redis.call('HGETALL', KEYS[1])
for i = 1, #entries, 2 do
  local other, at = string.match(entries[i + 1], '^(-?%d+):(%d+)$')
  if math.abs(now - at) > lasts then
    redis.call('HDEL', KEYS[1], entries[i])
  elseif entries[i] ~= process then
    reply[#reply + 1] = tonumber(other)
  end
end
if skew ~= '' then
  redis.call('HSET', KEYS[1], process, string.format('%s:%.0f', skew, now))
  redis.call('PEXPIRE', KEYS[1], lasts)
end
return reply
