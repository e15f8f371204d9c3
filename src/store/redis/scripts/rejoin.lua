-- After a missed turn: to the front of the line, number kept; or straight to served where there is a credit.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: now, generation, number, visitor
-- Reply: { 'absent' } | a place (lib/place.lua)
local holder = holderAt(2)
if not loadLine() then return { 'absent' } end
local now = settle(tonumber(ARGV[1]))
local standing = place(holder, now)
if standing[1] == 'missed' then
  hear(WAITERS, holder.number)
  addReturned(holder.number)
  if line.mode == 'passthrough' then
    serveAgain(holder.number, now)
  -- Nobody else waits and there is a credit: it is theirs.
  elseif line.serving > line.queue and canServe() then
    line.serving = line.serving - 1
    serveAgain(holder.number, now)
  end
  standing = place(holder, now)
end
saveLine()
return standing
