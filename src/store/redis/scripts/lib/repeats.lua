-- Requests that come again, as their answer was lost (waiting-room/line/repeats.ts says more). The hash has them as a text,
-- `done_requests`: `name amount serving`, the latest last. '' is no name.

-- A line remembers so many requests.
local REMEMBERED = 16

local function doneBefore(name)
  local text = name ~= '' and redis.call('HGET', LINE, 'done_requests') or ''
  for known, amount, serving in string.gmatch(text, '(%S+) (%S+) (%S+)') do
    if known == name then return { amount = tonumber(amount), serving = tonumber(serving) } end
  end
end

local function rememberDone(name, amount)
  if name == '' then return end
  local texts = {}
  for text in string.gmatch(redis.call('HGET', LINE, 'done_requests') or '', '%S+ %S+ %S+') do
    texts[#texts + 1] = text
  end
  texts[#texts + 1] = string.format('%s %.0f %.0f', name, amount, line.serving)
  local first = math.max(1, #texts - REMEMBERED + 1)
  redis.call('HSET', LINE, 'done_requests', table.concat(texts, ' ', first))
end
