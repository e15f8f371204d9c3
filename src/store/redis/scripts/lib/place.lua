-- Where a holder stands, as a tagged reply: { 'stale' }, { 'waiting' }, { 'returned' }, { 'served', claim by },
-- { 'admitted', row, '1' where it was made now }, { 'missed', '1' where the holder was away }, { 'over' }.
local function place(holder, now)
  local number = holder.number
  if holder.generation ~= line.generation or number < 1 or number > line.queue then return { 'stale' } end
  local live = liveRow(holder.visitor, now)
  if live then return { 'admitted', live, '0' } end
  if has(SPENT, number) then return { 'over' } end
  if number > line.serving then return { 'waiting' } end
  if line.returned > 0 and has(RETURNED, number) then return { 'returned' } end
  local claimBy = tonumber(redis.call('ZSCORE', SERVED_AGAIN, number) or nil)
  if not claimBy and has(HOLDING, number) then claimBy = batchDeadline(number) end
  if not claimBy then return { 'missed', has(MISSED, number) and '0' or '1' } end
  if claimBy > now then return { 'served', string.format('%.0f', claimBy) } end
  return { 'missed', '0' }
end

-- Holders come as ARGV from `at`: generation, number, visitor.
local function holderAt(at)
  return { generation = tonumber(ARGV[at]), number = tonumber(ARGV[at + 1]), visitor = ARGV[at + 2] }
end
