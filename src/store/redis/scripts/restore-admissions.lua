-- Restores the admissions that the line lost, from a ledger. Each takes the place of a lost one without a name. A number
-- that the line knows as used up has ended since, and is not restored. Repeatable.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: now, incarnation, generation, 1 where these are all, then of each admission: visitor, number, when it was issued, when it expires,
-- less what pauses stopped
-- Reply: { 'absent' } | { 'OK' }
if not loadLine() then return { 'absent' } end
local now = settle(tonumber(ARGV[1]))
if isOfLine(ARGV[2], ARGV[3]) then
  local nameless, stopped = lostVisitors(), line.stopped + standingFor(now)
  for i = 5, #ARGV, 4 do
    local visitor, number = ARGV[i], tonumber(ARGV[i + 1])
    local issuedAt, expiresAt = ARGV[i + 2] + stopped, ARGV[i + 3] + stopped
    local isOver = has(SPENT, number) and not isUnconfirmed(number)
    if expiresAt > now and not liveAdmission(visitor, now) and not isOver then
      giveUp(table.remove(nameless))
      restoreAdmission(visitor, number, issuedAt, expiresAt, now)
    end
  end
  if ARGV[4] == '1' then
    for _, visitor in ipairs(nameless) do giveUp(visitor) end
  end
  -- Last, since a place changes its name in two steps.
  line.released = math.min(line.released, redis.call('ZCARD', ACTIVE))
end
saveLine()
return { 'OK' }
