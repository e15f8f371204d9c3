-- The draws of this generation. DRAWS has of each, by its number n from 1: `n` → its event and seed (JSON, as it was
-- given), `n:committed` → when that was, `n:terms` → `order:opens at:starts at`, and once it is done `n:done` → `arrivals:drawn
-- at:base:entrants`, with `:1` where its event was cancelled, and `n:there` → the entrants who were present, as a bitmap by arrival index; and `event:<id>` → n.
-- WITHDRAWN is a bitmap of the entrants who withdrew.

-- Whether the draw that is not done is the one of this generation and number.
local function isNext(incarnation, generation, draw)
  return line.drawing == 1 and isOfLine(incarnation, generation) and draw == line.draws
end

-- Whether the draw that is not done is that of this event.
local function isNextOf(event)
  return line.drawing == 1 and tonumber(redis.call('HGET', DRAWS, 'event:' .. event) or 0) == line.draws
end

-- An entrant withdraws: absent from now on.
local function withdrawEntrant(index)
  if index < 0 or index >= line.arrivals then return end
  redis.call('SETBIT', WITHDRAWN, index, 1)
  forget(ENTRANTS, index)
end

-- A heartbeat of an entrant; ignored for those who withdrew or never came.
local function hearEntrant(index)
  if index < 0 or index >= line.arrivals or has(WITHDRAWN, index) then return end
  hear(ENTRANTS, index)
end

-- { event and seed, committed, terms, done, or only how many came }
local function drawRecord(draw)
  local n = string.format('%.0f', draw)
  local record = redis.call('HMGET', DRAWS, n, n .. ':committed', n .. ':terms', n .. ':done')
  if not record[4] then record[4] = string.format('%.0f', line.arrivals) end
  return record
end
