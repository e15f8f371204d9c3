-- Deletes a field of a hash that has a copy, if it still has the expected revision (waiting-room/ports/revision.ts).
-- KEYS: the hash, its copy
-- ARGV: field, expected revision (none: any)
-- Reply: 1, or 0 where another revision or nothing is stored
local stored = redis.call('HGET', KEYS[1], ARGV[1])
if not stored or (ARGV[2] and redis.sha1hex(stored) ~= ARGV[2]) then return 0 end
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
return 1
