-- Changes the rules of a line; counters are not touched.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: now, the rules (lib/rules.lua)
-- Reply: { 'absent' } | { 'OK' }
if not loadLine() then return { 'absent' } end
-- A process of an early version may have begun the line on a tombstone, which has a time to live (remove.lua).
redis.call('PERSIST', LINE)
passTime(tonumber(ARGV[1]), 1)
setRules(2)
configure(tonumber(ARGV[1]))
saveLine()
return { 'OK' }
