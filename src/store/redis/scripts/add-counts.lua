-- Adds to counters, and answers what each counts then; 0 for one that there is no room for.
-- KEYS: a hash of counters
-- ARGV: ttl in ms, the most counters, then of each its name and what to add
-- Reply: { count … }
local KEPT = tonumber(ARGV[2])
local room = KEPT - redis.call('HLEN', KEYS[1])
local counts = {}
for i = 3, #ARGV, 2 do
  local isThere = redis.call('HEXISTS', KEYS[1], ARGV[i]) == 1
  if not isThere then room = room - 1 end
  counts[#counts + 1] = (isThere or room >= 0) and redis.call('HINCRBY', KEYS[1], ARGV[i], ARGV[i + 1]) or 0
end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return counts
