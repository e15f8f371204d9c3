-- A line whose time does nothing but pass (waiting-room/line/steady.ts says more).

-- In ms: a clock further behind than this has jumped back.
local JUMP = 5000

local function isSteady(at)
  local ahead = at - line.clock
  return ahead >= -JUMP
    and (ahead <= JUMP or line.jumped_at == 0)
    and line.mode ~= 'paused'
    and line.turns_stopped == 0
    and line.admissions_stopped == 0
end

local function timeFor(at)
  return math.max(line.clock, at)
end
