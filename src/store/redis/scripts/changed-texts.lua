-- Reads the texts of a hash, without long ones whose revision is known (waiting-room/ports/revision.ts).
-- KEYS: the hash
-- ARGV: how many fields (0 for all), from how many bytes on a text is long, these fields; then of each known text:
-- field, revision
-- Reply: of each text in turn: field, text ('' where it is the known one)
local count = tonumber(ARGV[1])
local known = {}
for i = 3 + count, #ARGV, 2 do known[ARGV[i]] = ARGV[i + 1] end
local fields = count == 0 and redis.call('HKEYS', KEYS[1]) or {}
for i = 1, count do fields[i] = ARGV[2 + i] end
local found = {}
for _, field in ipairs(fields) do
  local text = redis.call('HGET', KEYS[1], field)
  if text then
    local isSame = known[field] and #text >= tonumber(ARGV[2]) and redis.sha1hex(text) == known[field]
    found[#found + 1] = field
    found[#found + 1] = isSame and '' or text
  end
end
return found
