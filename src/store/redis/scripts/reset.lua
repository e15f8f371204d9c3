-- A new generation: all counters 0, all tickets and admissions void. The rules stay, and what is not of the line: its
-- time, the breaker, what is known of the origin.
-- KEYS: those of the line (lib/line.lua)
-- ARGV: none
-- Reply: { 'absent' } | { 'reset', counters (lib/counters.lua) }
if not loadLine() then return { 'absent' } end
redis.call('UNLINK', unpack(KEYS, 2))
local kept = {
  mode = true, size = true, lifetime = true, claim_window = true, presence_timeout = true, generation = true,
  clock = true, skew = true, alarm = true,
}
for _, field in ipairs(FIELDS) do
  if not kept[field] then line[field] = 0 end
end
line.generation = line.generation + 1
redis.call('HDEL', LINE, 'inlet_state', 'note:meter', 'note:told')
saveLine()
return { 'reset', counters() }
