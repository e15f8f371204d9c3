-- Restores keys of the audit log that Redis lost alone: without the last number, entries would be overwritten, and
-- without their order, or that of an actor, they would not be shown.

-- The entries by their last change, as far as they say it: `{ number, its place in the order, text }` each.
local function auditEntries(entries)
  local all = {}
  local stored = redis.call('HGETALL', entries)
  for i = 1, #stored, 2 do
    local last_at, text = stored[i + 1]:match('^%d+ (%d+) %d+ %d+ %S* %S* (.*)$')
    all[#all + 1] = { number = tonumber(stored[i]), last_at = tonumber(last_at), text = text }
  end
  local numbers = {}
  for i, entry in ipairs(all) do numbers[i] = entry.number end
  table.sort(numbers)
  table.sort(all, function(a, b)
    if a.last_at ~= b.last_at then return a.last_at < b.last_at end
    return a.number < b.number
  end)
  -- Numbers that were given, so that whatever changes next comes after them.
  for i, entry in ipairs(all) do entry.place = numbers[i] end
  return all
end

local function restoreAudit(sequence, entries, latest, latest_of_actor, kept)
  local actor = latest_of_actor:match('^anteroom:{audit}:latest:(.*)$')
  local lost_order = redis.call('EXISTS', latest) == 0 and redis.call('EXISTS', entries) == 1
  local lost_actor = redis.call('EXISTS', latest_of_actor) == 0 and redis.call('EXISTS', kept) == 1
  if lost_order or lost_actor then
    for _, entry in ipairs(auditEntries(entries)) do
      local number = string.format('%.0f', entry.number)
      if lost_order then redis.call('ZADD', latest, entry.place, number) end
      local read, decoded = pcall(cjson.decode, entry.text)
      if lost_actor and read and decoded.by == actor then redis.call('ZADD', latest_of_actor, entry.place, number) end
    end
  end
  if redis.call('EXISTS', sequence) == 0 then
    local last = redis.call('ZREVRANGE', latest, 0, 0, 'WITHSCORES')[2]
    if last then redis.call('SET', sequence, last) end
  end
end
