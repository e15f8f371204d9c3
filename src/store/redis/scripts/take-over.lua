-- Takes over the line of another waiting room (waiting-room/line/take-over.ts says more).
-- KEYS: those of the line (lib/line.lua)
-- ARGV: now, queue, serving, claimed, completed, abandoned; the numbers that are spent, present and missed, as bytes; then
-- of each admission: visitor, number, issued at, expires at
-- Reply: { 'absent' } | { 'taken' } | { 'refused' }, where numbers are issued
if not loadLine() then return { 'absent' } end
local now = settle(tonumber(ARGV[1]))
if line.queue > 0 or line.serving > 0 or line.claimed > 0 or line.draws > 0 then
  saveLine()
  return { 'refused' }
end
local queue = tonumber(ARGV[2])
line.queue, line.claimed = queue, tonumber(ARGV[4])
line.completed, line.abandoned = tonumber(ARGV[5]), tonumber(ARGV[6])

-- The numbers of a set from 1 to `queue`, in a key.
local function store(key, bytes)
  redis.call('SET', key, cutBits(bytes, queue + 1))
  redis.call('SETBIT', key, 0, 0)
end

store(SPENT, ARGV[7])
line.marked = 0
store(MISSED, ARGV[9])
redis.call('SET', WAITED, allBits(1, queue))
store(LASTING, ARGV[8])
deleteBits(LASTING, SPENT)
deleteBits(LASTING, MISSED)
redis.call('BITOP', 'OR', PRESENT, unpack(SLOTS))
redis.call('BITOP', 'OR', PRESENT, PRESENT, LASTING)
line.left_unserved = countBits(SPENT, 1, queue)
serveUpTo(tonumber(ARGV[3]), now, true)
for i = 10, #ARGV, 4 do
  local expiresAt = tonumber(ARGV[i + 3])
  if expiresAt > now then
    addAdmission(ARGV[i], tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2]), expiresAt, nil, now)
  end
end
saveLine()
return { 'taken' }
