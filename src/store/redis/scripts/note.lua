-- Keeps a text that processes share.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: name, text
-- Reply: { 'absent' } | { 'OK' }
if not loadLine() then return { 'absent' } end
redis.call('HSET', LINE, 'note:' .. ARGV[1], ARGV[2])
return { 'OK' }
