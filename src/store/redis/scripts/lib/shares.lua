-- How the turns of a raise over people are shared (waiting-room/line/shares.ts says more).
local PART, MOST_SAVED, FEW = 25, 500, 20

-- The sides take turns until one has no more; the other side begins than the one that had the last turn.
local function endsWithReturned(returned, inLine)
  if returned == inLine then return line.last_returned end
  return returned > inLine and 1 or 0
end

-- Shares `places` turns among those who wait: `returned`, `line`, and of the unproven `unprovenReturned`, `unprovenLine`.
-- `unprovenReached` of those in line would have a turn if nobody had to be proven, `unprovenSettled` of all had the time to
-- prove themselves, and `unprovenInside` are places that unproven visitors have.
local function shareTurns(waiting, places)
  local proven, unproven = waiting.returned + waiting.line, waiting.unprovenReturned + waiting.unprovenLine
  local isContested = proven > 0 and unproven > 0 and proven + unproven > places
  local kept = math.min(line.saved_turns, 0) + MOST_SAVED
  local balance = waiting.unprovenSettled <= FEW and kept or math.min(kept, 0)
  local allowed = unproven
  if isContested then
    local most = line.size > 0 and math.ceil(line.size / PART) - waiting.unprovenInside or unproven
    local share = math.floor((balance + places + PART - 1) / PART)
    allowed = math.max(0, math.min(share, most))
  end
  local charged = math.min(waiting.unprovenReturned + waiting.unprovenReached, places, allowed)
  local turns = math.min(proven, places - charged)
  local left = math.min(unproven, places - turns)
  local costs = isContested and (PART - 1) * charged or 0
  local unprovenReturned = math.min(left, waiting.unprovenReturned)

  local first = line.last_returned == 1 and math.floor(turns / 2) or math.ceil(turns / 2)
  local returned = math.min(waiting.returned, math.max(first, turns - waiting.line))
  line.saved_turns = math.max(1 - PART, math.min(MOST_SAVED, balance + turns - costs)) - MOST_SAVED
  if turns > 0 then line.last_returned = endsWithReturned(returned, turns - returned) end
  return { returned = returned, unprovenReturned = unprovenReturned, unprovenLine = left - unprovenReturned }
end
