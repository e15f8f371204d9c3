-- Notices of one generation of a line. KEYS: visitors by number, their notices. The hash has `:of` besides, the generation:
-- `incarnation:generation`.

-- Whether the notices are of this generation. Drops those of an earlier one, or of another line.
local function isCurrent(of)
  local known = redis.call('HGET', KEYS[2], ':of')
  if not known or known == of then return true end
  local incarnation, generation = string.match(of, '^(.*):(%d+)$')
  local knownIncarnation, knownGeneration = string.match(known, '^(.*):(%d+)$')
  if incarnation == knownIncarnation and tonumber(knownGeneration) > tonumber(generation) then return false end
  redis.call('DEL', KEYS[1], KEYS[2])
  return true
end

-- What stays of a notice that was taken: the end of what is sealed, which no other notice has.
local function markOf(notice)
  return 'taken ' .. string.sub(string.match(notice, '%S+$'), -22)
end
