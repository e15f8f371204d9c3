-- Records heartbeats. Numbers of another line or generation, used up, or never issued, are ignored.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: now, incarnation, generation, 1 where the visitors are present until their numbers are used up, how many of the numbers are of proven tickets, number …, those first
-- Reply: { 'absent' } | { 'OK' }
if not loadLine() then return { 'absent' } end
local now = settle(tonumber(ARGV[1]))

-- A ticket from before the room asked for proofs, or that was drawn, says with its heartbeat that it is unproven. A proof
-- makes up for the place in the budget that a visitor lost. Whether the number lost it.
local function noteProof(number, isProven)
  if not isProven then
    if line.challenge ~= 1 then return false end
    redis.call('SETBIT', UNPROVEN, number, 1)
    return number > line.serving and has(MISSED, number)
  end
  if has(UNPROVEN, number) then
    if number > line.serving then redis.call('SETBIT', MISSED, number, 0) end
    redis.call('SETBIT', UNPROVEN, number, 0)
  end
  return false
end

-- Whether a number that was restored while its visitor was absent gets a credit.
local function takesCredit(number)
  return line.serving > line.queue and has(RETURNED, number) and has(RESTORED, number)
end

if isOfLine(ARGV[2], ARGV[3]) then
  local isLasting, proven = ARGV[4] == '1', tonumber(ARGV[5])
  for i = 6, #ARGV do
    local number = tonumber(ARGV[i])
    prove(number, now)
    if number >= 1 and number <= line.queue and not has(SPENT, number) then
      if not noteProof(number, i < 6 + proven) then
        if isArriving(number) then
          dropArriving(number)
          returnToFront(number, now)
        elseif takesCredit(number) then
          returnToFront(number, now)
        else
          hearWaiter(number)
        end
        if isLasting then hearLastingly(WAITERS, number) end
      end
    end
  end
end
saveLine()
return { 'OK' }
