-- Brings the line to `at`, or leaves it where it is for a caller whose clock is behind: windows turn, admissions and
-- claim windows run out, a smaller size takes credits back. The line's time.
local function settle(at)
  local now = math.max(line.clock, at)
  line.clock = now
  turnWindows(WAITERS, now)
  if line.drawing == 1 then turnWindows(ENTRANTS, now) end
  line.released = math.max(0, line.released - expireAdmissions(now))
  expireTurns(now)
  local excess = -freePlaces()
  if excess > 0 then
    line.serving = line.serving - math.min(excess, math.max(0, line.serving - line.queue))
  end
  return now
end
