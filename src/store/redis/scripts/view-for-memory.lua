-- The same as view.lua, and what only the memory of a process may have: the bitmaps of draws.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: now, incarnation and generation of the line that the caller remembers, how many draws that are done it has, 1
-- where it asks for the entrants of the next one; then, where the caller has seen a long line, what it knows of those
-- present (lib/known-present.lua)
-- Reply: { 'absent' } | { 'lost' }, where keys of the line are | that of view.lua, of the bitmap perhaps
-- only what changed, and at its end { bitmaps of each draw (lib/lost-draws.lua) }
if not loadLine() then return { 'absent' } end
-- Once a second, whichever process asks.
local at = tonumber(ARGV[1])
if math.abs(at - line.looked) >= 1000 then
  if #lostKeysAt(at) > 0 then return { 'lost' } end
  if line.marked ~= line.generation then redis.call('SETBIT', SPENT, 0, 1) end
  line.looked, line.marked = at, line.generation
end
settle(tonumber(ARGV[1]))
saveLine()
local reply = view(presentSince(6))
reply[#reply + 1] = rememberDraws(ARGV[2], ARGV[3], tonumber(ARGV[4]), ARGV[5] == '1')
return reply
