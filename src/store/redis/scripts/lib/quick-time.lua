-- Nil where the line has to be settled, or is not as usual (lib/quick-line.lua).
local function settleUnlessSteady(at)
  return isUsual() and isSteady(at) and timeFor(at) or nil
end
