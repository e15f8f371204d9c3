-- What a ledger asks of a line (waiting-room/line/ledger.ts says more).

-- Those of admissions whose names were lost, in the order of the texts.
local function lostVisitors()
  local lost = {}
  for _, visitor in ipairs(redis.call('HKEYS', ADMISSIONS)) do
    if string.find(visitor, 'lost:', 1, true) == 1 then lost[#lost + 1] = visitor end
  end
  table.sort(lost)
  return lost
end

-- Gives up the place that is kept for a lost admission.
local function giveUp(visitor)
  if visitor then removeAdmission(visitor) end
end

local function restoreAdmission(visitor, number, issuedAt, expiresAt, now)
  -- Its number was issued, and so may be all before it.
  moveOn(number)
  release(number)
  dropReturned(number)
  redis.call('SETBIT', MISSED, number, 0)
  if isUnconfirmed(number) then
    redis.call('SETBIT', UNCONFIRMED, number, 0)
    line.unconfirmed = line.unconfirmed - 1
  else
    spend(number)
  end
  addAdmission(visitor, number, issuedAt, expiresAt, nil, now)
end
