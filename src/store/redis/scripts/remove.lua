-- Deletes a line. A tombstone stays for a week: its generation, which keeps processes that remember the line from
-- opening it again.
-- KEYS: those of the line (lib/line.lua), then those of the line that is kept
-- ARGV: none
-- Reply: { 'OK' }
if loadLine() then
  redis.call('UNLINK', unpack(KEYS))
  redis.call('HSET', LINE, 'generation', string.format('%.0f', line.generation))
  redis.call('PEXPIRE', LINE, 604800000)
end
return { 'OK' }
