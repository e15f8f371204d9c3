-- Marks a record as used, once. The mark is put in front of the record's JSON as text: decoding and encoding it here
-- would turn an empty list into an object.
-- KEYS: the record
-- ARGV: the time in seconds
-- Reply: 1 where it was marked now; 0 where it is gone, or was marked before
local json = redis.call('GET', KEYS[1])
if not json or string.find(json, '{"consumed":', 1, true) == 1 then return 0 end
local rest = string.sub(json, 2)
redis.call('SET', KEYS[1], '{"consumed":' .. ARGV[1] .. (rest == '}' and '' or ',') .. rest, 'KEEPTTL')
return 1
