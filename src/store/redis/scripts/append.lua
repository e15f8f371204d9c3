-- Puts entries at the end of a list that has room for so many: beyond that the oldest fall out.
-- KEYS: the stream
-- ARGV: for how many there is room, each entry
-- Reply: how many fell out
for i = 2, #ARGV do redis.call('XADD', KEYS[1], '*', 'entry', ARGV[i]) end
return redis.call('XTRIM', KEYS[1], 'MAXLEN', ARGV[1])
