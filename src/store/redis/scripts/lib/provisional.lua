-- Provisional admissions (waiting-room/line/provisional.ts says more). PROVISIONAL has those that are not confirmed:
-- `generation:number:visitor`, score until when, less the line's `shifted`. Its entry of an admission that a process of
-- an early version ended says nothing. LAPSED has the numbers whose admission lapsed once.

-- So many outcomes are looked at: with more, each counts for half.
local OUTCOMES = 128

-- Until when an admission that is made now has to be confirmed.
local function confirmBy(now, lifetime)
  return line.confirm_window > 0 and now + math.min(line.confirm_window, lifetime) or nil
end

-- `outcome` is a field: `outcomes_confirmed` or `outcomes_lapsed`.
local function countOutcome(outcome)
  line[outcome] = line[outcome] + 1
  if line.outcomes_confirmed + line.outcomes_lapsed < OUTCOMES then return end
  line.outcomes_confirmed = math.floor(line.outcomes_confirmed / 2)
  line.outcomes_lapsed = math.floor(line.outcomes_lapsed / 2)
end

-- Without a confirm window every admission is as good as confirmed.
local function confirmAll()
  if line.confirm_window == 0 then redis.call('DEL', PROVISIONAL) end
end

-- Ends the admissions that were not confirmed in time.
local function lapse(now)
  for _, admission in ipairs(lapseAdmissions(now)) do
    local number, issuedAt, lapsedAt = unpack(admission)
    line.lapses = line.lapses + 1
    countOutcome('outcomes_lapsed')
    local isSecond = redis.call('SETBIT', LAPSED, number, 1) == 1
    noteEnded(number, number, issuedAt, lapsedAt, isSecond)
    if not isSecond then
      redis.call('SETBIT', SPENT, number, 0)
      if number > line.serving then line.left_unserved = line.left_unserved - 1 end
    end
  end
  line.released = math.min(line.released, redis.call('ZCARD', ACTIVE))
end
