-- Presence of those in line, and of the entrants of an open draw: a bitmap per window in `slots`, used in turn, and their
-- union in `present`. `window` and `slot` are the line's fields of the current window. A number that is spent, and an
-- entrant who withdrew, are in none of them. Numbers in `lasting` are present until they are used up.
local WAITERS = { present = PRESENT, slots = SLOTS, lasting = LASTING, window = 'window_start', slot = 'slot' }
local ENTRANTS = { present = ENTERED, slots = ENTERED_SLOTS, window = 'entrants_window', slot = 'entrants_slot' }

-- A long bitmap is looked at by stretches of so many bytes. One of so many stretches, or less, is short.
local STRETCH, SHORT = 8192, 4

-- Puts the union of the windows in a key. Redis takes several times as long where one of the bitmaps is missing or short.
local function unite(presence, key)
  redis.call('BITOP', 'OR', key, unpack(presence.slots))
  if presence.lasting and redis.call('EXISTS', presence.lasting) == 1 then
    redis.call('BITOP', 'OR', key, key, presence.lasting)
  end
end

local function turnWindows(presence, now)
  local length = math.ceil(line.presence_timeout / 3)
  local passed = math.floor((now - line[presence.window]) / length)
  if passed < 1 then return end
  for _ = 1, math.min(passed, #presence.slots) do
    line[presence.slot] = (line[presence.slot] + 1) % #presence.slots
    redis.call('DEL', presence.slots[line[presence.slot] + 1])
  end
  line[presence.window] = line[presence.window] + passed * length
  unite(presence, presence.present)
end

local function hear(presence, number)
  redis.call('SETBIT', presence.slots[line[presence.slot] + 1], number, 1)
  redis.call('SETBIT', presence.present, number, 1)
end

-- Heard from once and for all.
local function hearLastingly(presence, number)
  redis.call('SETBIT', presence.lasting, number, 1)
  redis.call('SETBIT', presence.present, number, 1)
end

-- A heartbeat of a number: its visitor is present. One that waits has stood in line.
local function hearWaiter(number)
  hear(WAITERS, number)
  if number > line.serving then redis.call('SETBIT', WAITED, number, 1) end
end

-- All from `from` to `to`, above whom there is nobody.
local function hearAll(presence, from, to)
  local all = allBits(from, to)
  appendBits(presence.slots[line[presence.slot] + 1], from, all)
  appendBits(presence.present, from, all)
end

-- Those in `s`, whose first byte is that of 0.
local function hearThose(presence, s)
  addBits(presence.slots[line[presence.slot] + 1], 0, s)
  addBits(presence.present, 0, s)
end

-- Gone at once: left, or taken in.
local function forget(presence, number)
  for _, slot in ipairs(presence.slots) do
    if has(slot, number) then redis.call('SETBIT', slot, number, 0) end
  end
  if presence.lasting and has(presence.lasting, number) then redis.call('SETBIT', presence.lasting, number, 0) end
  if has(presence.present, number) then redis.call('SETBIT', presence.present, number, 0) end
end

-- The same for those of a set.
local function forgetThose(presence, set)
  for _, slot in ipairs(presence.slots) do deleteBits(slot, set) end
  if presence.lasting then deleteBits(presence.lasting, set) end
  deleteBits(presence.present, set)
end
