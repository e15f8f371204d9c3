-- Sets the status of tokens that have the status 0.
-- KEYS: tokens (a hash: visitor → `status:token`)
-- ARGV: status, visitor …
-- Reply: the visitors whose status changed
local ended = {}
for i = 2, #ARGV do
  local token = redis.call('HGET', KEYS[1], ARGV[i])
  if token and string.sub(token, 1, 2) == '0:' then
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[1] .. string.sub(token, 2))
    ended[#ended + 1] = ARGV[i]
  end
end
return ended
