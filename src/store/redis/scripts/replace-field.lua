-- Replaces or deletes one field of a hash, if it still has the expected revision (waiting-room/ports/revision.ts).
-- KEYS: the hash
-- ARGV: field, expected revision ('' where the field must not exist), value (none to delete the field)
-- Reply: 1, or 0 where another revision is stored
local stored = redis.call('HGET', KEYS[1], ARGV[1])
local revision = stored and redis.sha1hex(stored) or ''
if revision ~= ARGV[2] then return 0 end
if ARGV[3] then
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
else
  redis.call('HDEL', KEYS[1], ARGV[1])
end
return 1
