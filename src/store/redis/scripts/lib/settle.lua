-- Brings the line to `now`: windows turn, admissions and claim windows run out, a smaller size takes credits back.
local function settle(now)
  turnWindows(now)
  line.released = math.max(0, line.released - expireAdmissions(now))
  expireTurns(now)
  local excess = -freePlaces()
  if excess > 0 then
    line.serving = line.serving - math.min(excess, math.max(0, line.serving - line.queue))
  end
end
