-- In ms: a clock further behind than this has jumped back; and the line follows one at most so often.
local JUMP, BETWEEN_JUMPS = 5000, 60000

-- Moves everything that runs out.
local function shift(by)
  line.shifted = line.shifted + by
  shiftTurns(by)
  line.window_start = line.window_start + by
  if line.drawing == 1 then line.entrants_window = line.entrants_window + by end
end

-- The line's time does not go back with a caller whose clock is a little behind. A clock that jumped back is followed,
-- and everything that runs out is moved with it (waiting-room/line.ts says more).
local function passTime(at)
  local behind = line.clock - at
  if behind > JUMP and line.clock - line.jumped_at >= BETWEEN_JUMPS then
    shift(-behind)
    line.clock, line.jumped_at = at, at
  end
  line.clock = math.max(line.clock, at)
  return line.clock
end

-- Brings the line to `at`: windows turn, admissions and claim windows run out, a smaller size takes credits back. The
-- line's time.
local function settle(at)
  local now = passTime(at)
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
