-- The same as view.lua, and what only the memory of a process may have: the bitmaps of draws.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: now, incarnation and generation of the line that the caller remembers, how many draws that are done it has, 1
-- where it asks for the entrants of the next one
-- Reply: { 'absent' } | that of view.lua, and at its end { bitmaps of each draw (lib/lost-draws.lua) }
if not loadLine() then return { 'absent' } end
settle(tonumber(ARGV[1]))
saveLine()
local reply = view()
reply[#reply + 1] = rememberDraws(ARGV[2], ARGV[3], tonumber(ARGV[4]), ARGV[5] == '1')
return reply
