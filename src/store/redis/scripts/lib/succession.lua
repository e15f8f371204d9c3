-- Which of two states of a room's line came later (waiting-room/line/succession.ts says more).

local function lineageOf(each)
  return each.lineage == '' and each.incarnation or each.lineage
end

local function epochOf(each)
  return math.max(each.epoch, each.generation)
end

-- Positive where `one` came later, and 0 where both are the same line; nil: they have nothing to do with each other.
local function compareSuccession(one, other)
  if lineageOf(one) ~= lineageOf(other) then return nil end
  local later = epochOf(one) - epochOf(other)
  if later == 0 then later = one.generation - other.generation end
  if later == 0 and one.incarnation ~= other.incarnation then return nil end
  return later
end
