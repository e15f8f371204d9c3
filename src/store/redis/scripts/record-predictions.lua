-- Adds to how many predicted waits came true, and how many did not.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: so many did, so many did not
-- Reply: { 'absent' } | { 'OK' }
if not loadLine() then return { 'absent' } end
line.within, line.outside = line.within + tonumber(ARGV[1]), line.outside + tonumber(ARGV[2])
saveLine()
return { 'OK' }
