-- The time that durations are measured by: jumps of clocks don't count, and pauses that stop admissions do.
local function measuredTime(now)
  return now - (line.shifted - line.stopped)
end
