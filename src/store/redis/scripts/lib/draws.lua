-- The draws of this generation. DRAWS has of each, by its number n from 1: `n` → its opening (JSON, as it was given),
-- `n:opened` → when that was, and once it is done `n:done` → `arrivals:drawn at:base:entrants` and `n:there` → who was
-- there, as a bitmap by arrival index; and `event:<id>` → n.

-- Whether the open draw is the one of this generation and number.
local function isOpen(generation, draw)
  return line.drawing == 1 and generation == line.generation and draw == line.draws
end

-- { opening, opened, done, or only how many came }
local function drawRecord(draw)
  local n = string.format('%.0f', draw)
  local record = redis.call('HMGET', DRAWS, n, n .. ':opened', n .. ':done')
  if not record[3] then record[3] = string.format('%.0f', line.arrivals) end
  return record
end
