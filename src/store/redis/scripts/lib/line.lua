-- The line of a room: its keys, its hash of numbers read once and written back where they changed.
--
-- KEYS of every script of the line, in the order of keys.ts:
local LINE, PRESENT, HOLDING, SPENT, MISSED, RETURNED = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local BATCHES, SERVED_AGAIN, ADMISSIONS, ACTIVE = KEYS[7], KEYS[8], KEYS[9], KEYS[10]
local SLOTS = { KEYS[11], KEYS[12], KEYS[13], KEYS[14] }
local SCRATCH, SCRATCH2 = KEYS[15], KEYS[16]
local DRAWS, ENTERED = KEYS[17], KEYS[18]
local ENTERED_SLOTS = { KEYS[19], KEYS[20], KEYS[21], KEYS[22] }
local UNCONFIRMED, EXPIRED, WITHDRAWN = KEYS[23], KEYS[24], KEYS[25]
local PROVISIONAL, LAPSED, LASTING = KEYS[26], KEYS[27], KEYS[28]
local UNPROVEN, WAITED, ARRIVING, RECENT_JOINS, RAISE_TIMES = KEYS[29], KEYS[30], KEYS[31], KEYS[32], KEYS[33]
local BUDGET, BUDGET_ORDER, SCRATCH3, SESSIONS, ACTIVE_UNPROVEN = KEYS[34], KEYS[35], KEYS[36], KEYS[37], KEYS[38]
local ENDED, RESTORED, RESTORED_AT = KEYS[39], KEYS[40], KEYS[41]

-- Behind them come those of a line that is kept, where a script is given them (lib/undone-resets.lua).
local PARTS = 41

-- Every script has four more arguments at its end: a text field of the hash that it alone uses, or ''; the highest number
-- that the caller knows to be issued, what it is of, as `incarnation:generation:draw:entrants`, and the run_id of the
-- server at the caller's connection; '' if unknown.
local SERVER = table.remove(ARGV)
local KNOWN = table.remove(ARGV)
local KNOWN_NUMBER = tonumber(table.remove(ARGV))
local OWN_FIELD = table.remove(ARGV)
-- In place of the run_id, of fence.lua: it is what comes first.
local FENCING = 'fencing'

-- The numbers are those of waiting-room/line/line.ts. Only here are: `returned` and `unconfirmed` count the bits of
-- RETURNED and UNCONFIRMED, `unconfirmed_of` is the generation of the latter, `due` is at or before the earliest deadline
-- in BATCHES (0 for none), no number up to `over` is in HOLDING; `draws` counts the draws of this generation, and from `drawing` on it is
-- about the last of them: 1 until it is done, from when on who joins is an entrant, who came, their windows.
-- When the keys were last looked for is in `looked`, and `marked` is about SPENT (lib/lost-keys.lua).
-- `budget_looks` counts the looks at addresses, and `standing_of` is the generation of UNPROVEN to BUDGET_ORDER.
-- `stopped_of` is the generation of `stopped`: versions before it begin another line without clearing it.
-- used-fields.ts leaves out those that a script does not name, and writes two functions behind: `fieldsOf` makes a table of
-- what HMGET answers, and `copyOf` copies it.
-- The hash has texts beside them, for those who ask: `inlet_state`, `done_requests` (lib/repeats.lua), `note:` with each note's name, and `joined:` with a
-- number that stands for a process: its last join (join.lua).
local FIELDS = {
  'mode', 'size', 'lifetime', 'claim_window', 'presence_timeout',
  'generation', 'queue', 'serving', 'claimed', 'completed', 'abandoned', 'expired', 'left_unserved', 'held',
  'released', 'window_start', 'slot', 'returned', 'due', 'over', 'clock', 'jumped_at', 'skew', 'shifted', 'turns', 'alarm',
  'within', 'outside', 'draws', 'drawing', 'opens_at', 'arrivals', 'entrants_window', 'entrants_slot',
  'incarnation', 'heartbeats_since', 'join_count', 'join_second', 'join_peak', 'unconfirmed', 'unconfirmed_of',
  'looked', 'marked',
  'challenge', 'unproven_per_address', 'present_from_join', 'missed_turn_grace',
  'arriving_due', 'saved_turns', 'last_returned', 'budget_looks', 'standing_of',
  'confirm_window', 'size_version', 'lapses', 'outcomes_confirmed', 'outcomes_lapsed', 'takeovers', 'ended_of',
  'pause_stops', 'turns_stopped',
  'lineage', 'epoch', 'stops_admissions', 'admissions_stopped', 'stopped', 'stopped_of',
}
local TEXTS = { mode = true, incarnation = true, lineage = true }
if OWN_FIELD ~= '' then
  FIELDS[#FIELDS + 1] = OWN_FIELD
  TEXTS[OWN_FIELD] = true
end

local values = redis.call('HMGET', LINE, 'primary', unpack(FIELDS))
local PRIMARY = values[1]

-- The fields as they are, and as they were read. Without a line there are none.
local line, read = {}, {}
if values[2] then
  line = fieldsOf(values)
  read = copyOf(line)
  if OWN_FIELD ~= '' then
    read[OWN_FIELD] = values[#FIELDS + 1] or ''
    line[OWN_FIELD] = read[OWN_FIELD]
  end
end

-- Whether the line may lack numbers that were issued: it is at another server than the one that wrote it last, or the
-- caller has seen numbers, or entrants of a draw, that it does not know of. Then a script changes nothing, and fence.lua
-- comes first.
local function isBehind()
  if PRIMARY and SERVER ~= '' and SERVER ~= PRIMARY then return true end
  if KNOWN_NUMBER <= line.queue and line.drawing == 0 then return false end
  local incarnation, generation, draw, arrivals = string.match(KNOWN, '^(.*):(%d+):(%d+):(%d+)$')
  if incarnation ~= line.incarnation or tonumber(generation) ~= line.generation then return false end
  return KNOWN_NUMBER > line.queue
    or line.drawing == 1 and tonumber(draw) == line.draws and tonumber(arrivals) > line.arrivals
end

if values[2] then
  if SERVER ~= FENCING and isBehind() then return { 'fence' } end
  -- A process of an early version resets a line and leaves the marks of the generation before.
  if line.unconfirmed_of ~= line.generation then line.unconfirmed = 0 end
  if line.standing_of ~= line.generation then
    redis.call('UNLINK', UNPROVEN, WAITED, ARRIVING, RECENT_JOINS, RAISE_TIMES, BUDGET, BUDGET_ORDER)
    -- In a line of an earlier version all who joined stood in line.
    if line.queue > 0 then redis.call('SETRANGE', WAITED, 0, string.rep('\255', math.floor(line.queue / 8) + 1)) end
    line.arriving_due, line.saved_turns, line.last_returned, line.budget_looks = 0, 0, 0, 0
    line.standing_of = line.generation
  end
  if line.ended_of ~= line.generation then
    redis.call('UNLINK', ENDED, RESTORED, RESTORED_AT)
    line.ended_of = line.generation
  end
  if line.stopped_of ~= line.generation then line.stopped, line.stopped_of = 0, line.generation end
end

-- From here on a script is a function in a function (enclosed.ts).
-- Whether there is a line.
local function loadLine()
  return values[2] and true or false
end

-- The fields of the hash that differ from what was read, each with its value.
local function changedFields()
  local changed, n = {}, 0
  for field, value in pairs(line) do
    if value ~= read[field] then
      -- Most are whole numbers, which Redis formats in a fifth of the time.
      local format = type(value) == 'number' and (value % 1 == 0 and '%d' or '%.0f')
      changed[n + 1], changed[n + 2] = field, format and string.format(format, value) or value
      n = n + 2
    end
  end
  return changed
end

local function saveLine()
  local changed = changedFields()
  if not PRIMARY and string.find(SERVER, '^%x+$') then
    changed[#changed + 1] = 'primary'
    changed[#changed + 1] = SERVER
  end
  if #changed > 0 then redis.call('HSET', LINE, unpack(changed)) end
end

local function canServe()
  return line.mode == 'queue' or line.mode == 'passthrough'
end

-- Places that nobody has, nobody is held for and no credit promises.
local function freePlaces()
  if line.size == 0 or line.mode == 'passthrough' then return math.huge end
  local inside = redis.call('ZCARD', ACTIVE) - line.released
  return line.size - inside - line.held - math.max(0, line.serving - line.queue)
end

-- Whether a ticket is of this line as it is: of its incarnation and generation.
local function isOfLine(incarnation, generation)
  return incarnation == line.incarnation and tonumber(generation) == line.generation
end

-- Whether a number counts as unproven: only in a room that asks for proofs.
local function isUnproven(number)
  return line.challenge == 1 and redis.call('GETBIT', UNPROVEN, number) == 1
end

-- Whether a number waits as absent, because its visitor lost the place in the budget of the address.
local function isForfeited(number)
  return number > line.serving and isUnproven(number) and redis.call('GETBIT', MISSED, number) == 1
end
