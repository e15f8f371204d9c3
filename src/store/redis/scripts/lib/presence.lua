-- Who was heard from lately: a bitmap a window in SLOTS, used in turn, and their union in PRESENT.
-- Whoever spent the number is in none of them.

local function turnWindows(now)
  local length = math.ceil(line.presence_timeout / 3)
  local passed = math.floor((now - line.window_start) / length)
  if passed < 1 then return end
  for _ = 1, math.min(passed, #SLOTS) do
    line.slot = (line.slot + 1) % #SLOTS
    redis.call('DEL', SLOTS[line.slot + 1])
  end
  line.window_start = line.window_start + passed * length
  redis.call('BITOP', 'OR', PRESENT, unpack(SLOTS))
end

local function hear(number)
  redis.call('SETBIT', SLOTS[line.slot + 1], number, 1)
  redis.call('SETBIT', PRESENT, number, 1)
end

-- Gone at once: left, or taken in.
local function forget(number)
  for _, slot in ipairs(SLOTS) do
    if has(slot, number) then redis.call('SETBIT', slot, number, 0) end
  end
  if has(PRESENT, number) then redis.call('SETBIT', PRESENT, number, 0) end
end
