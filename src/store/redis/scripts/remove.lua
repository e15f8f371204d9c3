-- Takes a line with everybody in it. Its generation stays, for a room of the same name.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: none
-- Reply: { 'OK' }
if loadLine() then
  redis.call('UNLINK', unpack(KEYS))
  redis.call('HSET', LINE, 'generation', line.generation)
end
return { 'OK' }
