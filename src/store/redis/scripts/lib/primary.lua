-- The caller has seen numbers issued, or entrants of a draw, that the line does not know of: it moves on past them.
local function moveOnToKnown(now)
  if KNOWN_NUMBER <= line.queue and line.drawing == 0 then return end
  local incarnation, generation, draw, arrivals = string.match(KNOWN, '^(.*):(%d+):(%d+):(%d+)$')
  if not incarnation or not isOfLine(incarnation, generation) then return end
  if KNOWN_NUMBER > line.queue then
    moveOn(KNOWN_NUMBER)
    line.heartbeats_since = now
  end
  if line.drawing == 1 and tonumber(draw) == line.draws then
    line.arrivals = math.max(line.arrivals, tonumber(arrivals))
  end
end
