-- Records heartbeats. Numbers of another line or generation, used up, or never issued, are ignored.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: now, incarnation, generation, 1 where the visitors are present until their numbers are used up, how many of the numbers are of proven tickets, number …, those first
-- Reply: { 'absent' } | { 'OK' }
if not loadLine() then return { 'absent' } end
local now = settle(tonumber(ARGV[1]))

-- A ticket from before the room asked for proofs, or that was drawn, says with its heartbeat that it is unproven.
local function noteProof(number, isProven)
  if isProven then
    if has(UNPROVEN, number) then redis.call('SETBIT', UNPROVEN, number, 0) end
  elseif line.challenge == 1 then
    redis.call('SETBIT', UNPROVEN, number, 1)
  end
end

if isOfLine(ARGV[2], ARGV[3]) then
  local isLasting, proven = ARGV[4] == '1', tonumber(ARGV[5])
  for i = 6, #ARGV do
    local number = tonumber(ARGV[i])
    prove(number, now)
    if number >= 1 and number <= line.queue and not has(SPENT, number) then
      noteProof(number, i < 6 + proven)
      if isArriving(number) then
        dropArriving(number)
        returnToFront(number, now)
      else
        hearWaiter(number)
      end
      if isLasting then hearLastingly(WAITERS, number) end
    end
  end
end
saveLine()
return { 'OK' }
