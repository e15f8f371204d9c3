-- The browsers that use an admission (waiting-room/line/sessions.ts says more). SESSIONS has visitor →
-- `number:last:browsers:void_to:voids`, then of each `|id:from:at:former:is_back:counted_from:uses:browser`. `voids` has commas
-- between. What a process of an earlier version left behind is of another number, or of an admission that is over.

local FREE_USES, MINUTE, VOID_CAPACITY = 10, 60000, 32

-- Nil where the visitor's admission by this number has not been used.
local function readSessions(visitor, number)
  local text = redis.call('HGET', SESSIONS, visitor)
  local of, last, browsers, voidTo, voids, rest =
    string.match(text or '', '^(%d+):(%d+):(%d+):(%d+):([%d,]*)(.*)$')
  if tonumber(of) ~= number then return nil end
  local sessions = {
    last = tonumber(last), browsers = tonumber(browsers), voidTo = tonumber(voidTo),
    voids = {}, list = {},
  }
  for serial in string.gmatch(voids, '%d+') do sessions.voids[#sessions.voids + 1] = tonumber(serial) end
  local each = '|(%d+):(%d+):(%d+):(%d+):(%d):(%d+):(%d+):([%w_-]*)'
  for id, from, at, former, isBack, countedFrom, uses, browser in string.gmatch(rest, each) do
    sessions.list[#sessions.list + 1] = {
      id = tonumber(id), from = tonumber(from), at = tonumber(at), former = tonumber(former), isBack = isBack == '1',
      countedFrom = tonumber(countedFrom), uses = tonumber(uses), browser = browser,
    }
  end
  return sessions
end

local function writeSessions(visitor, number, sessions)
  local parts = {
    string.format('%.0f:%.0f:%.0f:%.0f:', number, sessions.last, sessions.browsers, sessions.voidTo)
      .. table.concat(sessions.voids, ','),
  }
  for _, each in ipairs(sessions.list) do
    parts[#parts + 1] = string.format(
      '%.0f:%.0f:%.0f:%.0f:%d:%.0f:%.0f:',
      each.id, each.from, each.at, each.former, each.isBack and 1 or 0, each.countedFrom, each.uses
    ) .. each.browser
  end
  redis.call('HSET', SESSIONS, visitor, table.concat(parts, '|'))
end

local function find(list, isIt)
  for _, each in ipairs(list) do
    if isIt(each) then return each end
  end
end

local function usesAt(session, time)
  return time - session.countedFrom < MINUTE and session.uses or 0
end

local function begin(sessions, serial, time, uses)
  local id = sessions.last + 1
  sessions.last = id
  sessions.list[#sessions.list + 1] = {
    id = id, from = serial, at = id, former = serial, isBack = false, countedFrom = time, uses = uses, browser = '',
  }
  return id
end

local function advance(sessions, session, serial, time)
  local uses = usesAt(session, time) + 1
  if uses == 1 then session.countedFrom = time end
  sessions.last = sessions.last + 1
  session.at, session.former, session.isBack, session.uses = sessions.last, serial, false, uses
  return sessions.last
end

-- Browsers that come with a copy: itself, and the one that the serial was issued to, unless that was nobody.
local function cost(sessions, serial)
  if serial == 0 then return 1 end
  for n = 2, #sessions.list do
    if sessions.list[n].from == serial then return 1 end
  end
  return 2
end

-- The session that a serial is of, as far as it is known.
local function sessionOf(sessions, serial)
  local exact = find(sessions.list, function(each) return each.at == serial or each.former == serial end)
  if exact then return exact end
  for n = #sessions.list, 1, -1 do
    if sessions.list[n].id <= serial then return sessions.list[n] end
  end
end

-- A serial that is not known to be issued was: the store lost its last writes. Its session has it, as it seems.
local function catchUp(sessions, serial)
  if serial <= sessions.last then return end
  local session = sessionOf(sessions, serial)
  if session then session.at = serial end
  sessions.last = serial
end

-- Decides a use at the line's time less `shifted`: { serial, limit, attempt, revocable, takeOver }. The outcome, and the serial that is issued, or 0.
local function useSerial(sessions, use, time)
  local serial = use.serial
  catchUp(sessions, serial)
  if use.takeOver then
    local uses = 0
    for _, each in ipairs(sessions.list) do uses = math.max(uses, usesAt(each, time)) end
    if uses >= FREE_USES then return 'busy', 0 end
    sessions.voidTo, sessions.voids, sessions.list = sessions.last, {}, {}
    sessions.browsers = math.max(sessions.browsers, use.limit)
    return 'taken over', begin(sessions, serial, time, uses + 1)
  end
  if #sessions.list == 0 then return 'opened', begin(sessions, serial, time, 0) end
  local current = find(sessions.list, function(each) return each.at == serial end)
  if current then
    if usesAt(current, time) >= FREE_USES then return 'busy', 0 end
    return 'opened', advance(sessions, current, serial, time)
  end
  if use.attempt == 0 then return 'pending', 0 end
  local unused = find(sessions.list, function(each) return each.former == serial and not each.isBack end)
  if unused and use.attempt == 1 then return 'pending', 0 end
  if unused and use.revocable then
    if usesAt(unused, time) >= FREE_USES then return 'busy', 0 end
    sessions.voids[#sessions.voids + 1] = unused.at
    if #sessions.voids > VOID_CAPACITY then table.remove(sessions.voids, 1) end
    return 'repeated', advance(sessions, unused, serial, time)
  end
  local browsers = sessions.browsers + cost(sessions, serial)
  if browsers > use.limit then return 'copied', 0 end
  sessions.browsers = browsers
  return 'forked', begin(sessions, serial, time, 0)
end

-- The sessions of an admission that is used for the first time, by a browser with this serial.
local function newSessions(serial)
  return { last = math.max(serial, 1), browsers = 1, voidTo = 0, voids = {}, list = {} }
end

-- What was issued with a serial is used. Whether it may be.
local function markBack(sessions, serial, browser, time)
  if #sessions.list == 0 then
    sessions.last = serial
    sessions.list[1] = {
      id = serial, from = 0, at = serial, former = 0, isBack = true, countedFrom = time, uses = 0, browser = browser,
    }
    return true
  end
  if serial <= sessions.voidTo or find(sessions.voids, function(void) return void == serial end) then return false end
  catchUp(sessions, serial)
  local session = sessionOf(sessions, serial)
  if not session then return true end
  if session.at == serial then session.isBack = true end
  if browser ~= '' then session.browser = browser end
  return true
end
