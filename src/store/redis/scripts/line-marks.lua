-- What shows that something happened in lines, without a step in any of them.
-- KEYS: the hash of each line
-- Reply: for each line, '' where it is missing, or generation:clock:queue:entrants of the draw that is not done:incarnation
local marks = {}
for i, key in ipairs(KEYS) do
  local of = redis.call('HMGET', key, 'generation', 'clock', 'queue', 'drawing', 'arrivals', 'incarnation', 'mode')
  local arrivals = of[4] == '1' and of[5] or '0'
  -- Of a room that was deleted only the generation is left.
  marks[i] = of[7] and table.concat({ of[1] or '0', of[2] or '0', of[3] or '0', arrivals or '0', of[6] or '' }, ':') or ''
end
return marks
