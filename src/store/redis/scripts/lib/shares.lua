-- How the turns of a raise over people are shared (waiting-room/line/shares.ts says more).
local TENTH, MOST_SAVED = 10, 50

-- The sides take turns until one has no more; the other side begins than the one that had the last turn.
local function endsWithReturned(returned, inLine)
  if returned == inLine then return line.last_returned end
  return returned > inLine and 1 or 0
end

-- Shares `places` turns among those who wait: `returned`, `line`, and of the unproven `unprovenReturned`, `unprovenLine`.
local function shareTurns(waiting, places)
  local proven, unproven = waiting.returned + waiting.line, waiting.unprovenReturned + waiting.unprovenLine
  local isContested = proven > 0 and unproven > 0 and proven + unproven > places
  local allowed = unproven
  if isContested then allowed = math.max(0, math.floor((line.saved_turns + places + TENTH - 1) / TENTH)) end
  local charged = math.min(unproven, places, allowed)
  local turns = math.min(proven, places - charged)
  local left = math.min(unproven, places - turns)
  local costs = isContested and (TENTH - 1) * charged or 0
  local unprovenReturned = math.min(left, waiting.unprovenReturned)

  local first = line.last_returned == 1 and math.floor(turns / 2) or math.ceil(turns / 2)
  local returned = math.min(waiting.returned, math.max(first, turns - waiting.line))
  line.saved_turns = math.max(1 - TENTH, math.min(MOST_SAVED, line.saved_turns + turns - costs))
  if turns > 0 then line.last_returned = endsWithReturned(returned, turns - returned) end
  return { returned = returned, unprovenReturned = unprovenReturned, unprovenLine = left - unprovenReturned }
end
