-- Creates a line, or brings one that lost writes up to a checkpoint (waiting-room/line/opening.ts says more).
-- KEYS: those of the line (lib/line.lua)
-- ARGV: now, the rules (lib/rules.lua), an incarnation for a new line; then of the checkpoint, if there is one:
-- incarnation, generation, queue, serving, claimed, active, completed, abandoned, expired, turns, most joins in a second, 1 where the breaker is on, the inlet's state, notes signal, meter, told and allotments, by how much
-- the times of admissions were shifted, lineage, epoch, how long pauses had stopped admissions, in one that does until when, and each draw (lib/lost-draws.lua)
-- Reply: { 'open' } | { 'refused' }, where the room was deleted after the checkpoint
local isNew = not loadLine()
local checkpoint = ARGV[16] and {
  incarnation = ARGV[16], generation = tonumber(ARGV[17]), queue = tonumber(ARGV[18]), serving = tonumber(ARGV[19]),
  claimed = tonumber(ARGV[20]), active = tonumber(ARGV[21]), completed = tonumber(ARGV[22]),
  abandoned = tonumber(ARGV[23]), expired = tonumber(ARGV[24]), turns = tonumber(ARGV[25]),
  join_peak = tonumber(ARGV[26]), alarm = tonumber(ARGV[27]), lineage = ARGV[34],
  epoch = tonumber(ARGV[35]),
}
if isNew then
  local tombstone = tonumber(redis.call('HGET', LINE, 'generation') or 0)
  if checkpoint and checkpoint.generation <= tombstone then return { 'refused' } end
  redis.call('UNLINK', unpack(KEYS, 2))
  redis.call('PERSIST', LINE)
  for _, field in ipairs(FIELDS) do line[field] = 0 end
  line.incarnation = checkpoint and checkpoint.incarnation or ARGV[15]
  line.generation = checkpoint and checkpoint.generation or tombstone + 1
  line.lineage, line.epoch = checkpoint and checkpoint.lineage or '', checkpoint and checkpoint.epoch or 0
  setRules(2)
  configure(tonumber(ARGV[1]))
end

local function isBehind()
  return checkpoint.queue > line.queue or math.min(checkpoint.serving, checkpoint.queue) > line.serving
    or checkpoint.claimed > line.claimed
end

-- So many may have joined after the checkpoint was taken.
local function unseenJoins()
  return math.max(100, 3 * line.join_peak)
end

-- Admissions that were seen but are lost keep their places, without a name, for as long as they could have lasted.
local function restoreAdmissions(now)
  local claimed = checkpoint.claimed
  local free = math.min(line.size, math.max(0, freePlaces()))
  local places = math.min(claimed - line.claimed, checkpoint.active, free)
  for place = 0, places - 1 do
    addAdmission(string.format('lost:%.0f', claimed - place), 0, now, now + line.lifetime, nil, now)
  end
  line.claimed = math.max(line.claimed, claimed)
end

-- The serving counter passes numbers whose holders nobody knows: a ticket proves each, and goes to the front.
local function passOver(to)
  if to <= line.serving then return end
  local from = line.serving + 1
  line.left_unserved = line.left_unserved - countBits(SPENT, from, to)
  line.serving = to
  markUnconfirmed(from, to)
end

-- Numbers up to the checkpoint's were issued and wait. Those that were served since may have been claimed, or not.
local function restoreNumbers()
  local queue, serving = checkpoint.queue, checkpoint.serving
  if queue <= line.queue then return passOver(math.min(serving, queue)) end
  line.serving = math.min(line.serving, line.queue)
  line.queue = queue
  passOver(math.min(serving, queue))
  if serving > queue then line.serving = serving end
  moveOn(queue + unseenJoins())
end

local later = checkpoint and compareSuccession(checkpoint, line)
if later and later >= 0 then
  local isOlder = checkpoint.incarnation ~= line.incarnation or checkpoint.generation ~= line.generation
  if isOlder then beginLine(checkpoint) else line.epoch = math.max(line.epoch, checkpoint.epoch) end
  local draws = seenDrawsAt(38)
  local hasLost = isNew or isOlder or isBehind() or lacksDraws(draws)
  local now = settle(tonumber(ARGV[1]))
  if isNew then
    line.shifted, line.alarm = tonumber(ARGV[33]), checkpoint.alarm
    line.stopped, line.stopped_of = tonumber(ARGV[36]), line.generation
    local stoppedAt = tonumber(ARGV[37])
    -- The pause went on while the line was lost.
    if stoppedAt > 0 and stopsAdmissions() then passStoppedTime(math.max(0, now - stoppedAt)) end
    redis.call(
      'HSET', LINE, 'inlet_state', ARGV[28], 'note:signal', ARGV[29], 'note:meter', ARGV[30], 'note:told', ARGV[31],
      'note:allotments', ARGV[32]
    )
  end
  if later > 0 and not isOlder then forgetEntrants(now) end
  if hasLost then
    for _, field in ipairs({ 'join_peak', 'turns', 'completed', 'abandoned', 'expired' }) do
      line[field] = math.max(line[field], checkpoint[field])
    end
    restoreAdmissions(now)
    restoreNumbers()
    line.heartbeats_since = now
    configure(now)
  end
  restoreDraws(draws, unseenJoins(), now)
  restoreEntrants(draws, unseenJoins(), now)
end
saveLine()
return { 'open' }
