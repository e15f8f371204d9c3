-- Keeps a text that processes share.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: name, text; then, to write it only if it has not changed, the text before
-- Reply: { 'absent' } | { 'OK' }
if not loadLine() then return { 'absent' } end
local name = 'note:' .. ARGV[1]
if not ARGV[3] or (redis.call('HGET', LINE, name) or '') == ARGV[3] then redis.call('HSET', LINE, name, ARGV[2]) end
return { 'OK' }
