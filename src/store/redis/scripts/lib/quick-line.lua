-- The line of a room for a step that looks at one admission: in place of lib/line.lua, with fewer keys and fields, in a
-- third of the time. A script that finds more to do changes nothing and replies 'unsettled'. Then it runs with all keys.
--
-- KEYS: the line, its admissions, those that are not confirmed, their sessions
local LINE, ADMISSIONS, PROVISIONAL, SESSIONS = KEYS[1], KEYS[2], KEYS[3], KEYS[4]

-- The four arguments at the end of every script of the line.
local SERVER = table.remove(ARGV)
table.remove(ARGV)
local KNOWN_NUMBER = tonumber(table.remove(ARGV))
table.remove(ARGV)

local FIELDS = {
  'mode', 'clock', 'jumped_at', 'shifted', 'generation', 'stopped', 'stopped_of', 'queue', 'drawing',
  'turns_stopped', 'admissions_stopped', 'confirm_window', 'outcomes_confirmed', 'outcomes_lapsed',
  'takeovers',
}
local TEXTS = { mode = true }
local values = redis.call('HMGET', LINE, 'primary', unpack(FIELDS))
local line = fieldsOf(values)
local read = copyOf(line)

local function loadLine()
  return true
end

-- Whether lib/line.lua would do no more than this: there is a line, at the server that wrote it last and not behind, with
-- no draw to come, and all of it is of its generation.
local function isUsual()
  return line.mode ~= ''
    and (SERVER == '' or SERVER == values[1])
    and KNOWN_NUMBER <= line.queue
    and line.drawing ~= 1
    and line.stopped_of == line.generation
end

-- The fields that such a step may change.
local CHANGING = { 'outcomes_confirmed', 'outcomes_lapsed', 'takeovers' }

local function saveLine()
  local changed = {}
  for _, field in ipairs(CHANGING) do
    if line[field] ~= read[field] then
      changed[#changed + 1] = field
      changed[#changed + 1] = string.format('%d', line[field])
    end
  end
  if #changed > 0 then redis.call('HSET', LINE, unpack(changed)) end
end
