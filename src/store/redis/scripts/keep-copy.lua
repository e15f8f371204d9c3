-- Keeps a copy of a hash, and puts it back where Redis lost the hash alone.
-- KEYS: the hash, its copy
-- Reply: 1 where the hash was put back, else 0
if redis.call('EXISTS', KEYS[1]) == 1 then
  redis.call('COPY', KEYS[1], KEYS[2], 'REPLACE')
  return 0
end
return redis.call('COPY', KEYS[2], KEYS[1])
