-- Who is present, for a process that knows it from the view before (known-present.ts says more).

-- The first number of the bitmap; all of it, or of a known one `{ length, index, stretch, index, stretch … }`; and how many
-- are present. From ARGV[at] on: `incarnation:generation` of the line that is known, its first stretch, after how many
-- views each stretch is sent again, which of these this view is, and how many are present in each stretch.
local function presentSince(at)
  local of, from, round, turn = ARGV[at], tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
  local first = math.floor(line.serving / 8 / STRETCH)
  local stop = math.min(math.floor(line.queue / 8), redis.call('STRLEN', PRESENT) - 1)
  local isKnown = of == line.incarnation .. ':' .. string.format('%.0f', line.generation)
  if not isKnown or math.floor(stop / STRETCH) - first < SHORT then return wholePresent() end
  local sent, count = { stop - first * STRETCH + 1 }, 0
  for stretch = first, math.floor(stop / STRETCH) do
    local last = math.min((stretch + 1) * STRETCH - 1, stop)
    local known = stretch >= from and tonumber(ARGV[at + 4 + stretch - from])
    local there = redis.call('BITCOUNT', PRESENT, stretch * STRETCH, last)
    if there ~= known or stretch % round == turn then
      sent[#sent + 1] = stretch
      sent[#sent + 1] = redis.call('GETRANGE', PRESENT, stretch * STRETCH, last)
    end
    count = count + there
  end
  local served = countBits(PRESENT, 8 * first * STRETCH, line.serving)
  return 8 * first * STRETCH, sent, count - served + countPresentReturned()
end
