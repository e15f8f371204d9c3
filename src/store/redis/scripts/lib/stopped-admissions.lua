-- A pause that stops admissions (waiting-room/line/stopped-admissions.ts says more).

-- Whether the rules stop admissions at present.
local function stopsAdmissions()
  return line.mode == 'paused' and line.stops_admissions > 0
end

-- All admissions end so much later.
local function passStoppedTime(by)
  line.shifted, line.stopped = line.shifted + by, line.stopped + by
end

-- While a pause stops admissions, counts the time that passed as stopped, once it is `least` ms. Of that time, `uncounted`
-- ms passed for a version that does not know that they are stopped.
local function moveStoppedAdmissions(now, least, uncounted)
  local isStopped = stopsAdmissions()
  if isStopped and line.admissions_stopped > 0 then
    local by = now - line.admissions_stopped - uncounted
    if by >= 0 and by < least then return end
    if by > 0 then passStoppedTime(by) end
  end
  line.admissions_stopped = isStopped and now or 0
end
