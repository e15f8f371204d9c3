-- The draws of a line that lost writes (waiting-room/line/lost-draws.ts says more). One that a process saw has its `text`
-- (event, seed and its hash as JSON), `committed`, `terms` and `facts` as drawRecord has them, and two bitmaps: of one that
-- is done who was there, otherwise who is present, and who withdrew.

-- For each draw its bitmaps, as far as the memory asks for them.
local function rememberDraws(incarnation, generation, done, withEntrants)
  local known, draws = isOfLine(incarnation, generation) and done or 0, {}
  for n = 1, line.draws do
    if line.drawing == 1 and n == line.draws then
      draws[n] = withEntrants and { redis.call('GET', ENTERED) or '', redis.call('GET', WITHDRAWN) or '' } or {}
    else
      draws[n] = n > known and { redis.call('HGET', DRAWS, string.format('%.0f:there', n)) or '' } or {}
    end
  end
  return draws
end

-- A draw with what decides whether it counts.
local function readDraw(text, committed, terms, facts)
  local arrivals, drawnAt = string.match(facts, '^(%d+):?(%d*)')
  local settled = cjson.decode(text)
  return {
    text = text, committed = committed, terms = terms, facts = facts, event = settled.event, seed_hash = settled.seedHash,
    at = tonumber(drawnAt) or tonumber(committed), arrivals = tonumber(arrivals), done = drawnAt ~= '',
  }
end

-- How far a draw has come: announced, with entrants, done.
local function stageOf(draw)
  if draw.done then return 2 end
  return draw.arrivals > 0 and 1 or 0
end

-- Of two draws in the same place of a line, whether the first one counts: it has come further, or was announced in the
-- place of another event, or is older.
local function countsBefore(one, other)
  local further = stageOf(one) - stageOf(other)
  if further ~= 0 then return further > 0 end
  if not one.done and one.event ~= other.event then return one.at > other.at end
  if one.at == other.at then return one.seed_hash < other.seed_hash end
  return one.at < other.at
end

-- The draw that the line has in a place.
local function keptDraw(n)
  return n <= line.draws and readDraw(unpack(drawRecord(n))) or nil
end

-- Whether the line lost draws, or entrants, that a process saw.
local function lacksDraws(seen)
  for n, each in ipairs(seen) do
    local kept = keptDraw(n)
    if stageOf(each) > 0 then
      if not kept or countsBefore(each, kept) then return true end
      if not kept.done and each.arrivals > kept.arrivals then return true end
    end
  end
  return false
end

-- The seed of a draw that was seen, with the entrants of the one in its place.
local function nextFrom(seen, kept, unseen, now)
  if not kept then
    redis.call('UNLINK', ENTERED, WITHDRAWN, unpack(ENTERED_SLOTS))
    line.arrivals, line.entrants_window, line.entrants_slot = 0, now, 0
  end
  line.drawing, line.opens_at = 1, tonumber(string.match(seen.terms, '^%a+:(%-?%d+)'))
  line.arrivals = math.max(line.arrivals, seen.arrivals + (line.opens_at <= now and unseen or 0))
end

local function doneFrom(n, seen)
  redis.call('HSET', DRAWS, n .. ':done', seen.facts, n .. ':there', seen.first)
  if tonumber(n) < line.draws then return end
  redis.call('UNLINK', ENTERED, WITHDRAWN, unpack(ENTERED_SLOTS))
  line.drawing = 0
end

-- Puts back the draws that a process saw. Of two in the same place the same one counts, in whatever order processes put
-- theirs back. Up to `unseen` entrants may have come to an open draw since.
local function restoreDraws(seen, unseen, now)
  for i, each in ipairs(seen) do
    -- An event is drawn once a generation.
    local at = redis.call('HGET', DRAWS, 'event:' .. each.event)
    if at and tonumber(at) ~= i then return end
    local kept, n = keptDraw(i), string.format('%.0f', i)
    if not kept or countsBefore(each, kept) then
      if kept then redis.call('HDEL', DRAWS, 'event:' .. kept.event) end
      line.draws = math.max(line.draws, i)
      redis.call(
        'HSET', DRAWS, 'event:' .. each.event, n, n, each.text, n .. ':committed', each.committed, n .. ':terms', each.terms
      )
      if each.done then doneFrom(n, each) else nextFrom(each, kept, unseen, now) end
    end
  end
end

-- Forgets who of the next draw was present, as a process saw it later: after a reset that was undone.
local function forgetEntrants(now)
  if line.drawing ~= 1 then return end
  redis.call('UNLINK', ENTERED, unpack(ENTERED_SLOTS))
  line.entrants_window, line.entrants_slot = now, 0
end

-- Adds the entrants that a process saw to those of the next draw. They are present, unless they withdrew.
local function restoreEntrants(seen, unseen, now)
  local each = line.drawing == 1 and seen[line.draws]
  if not each or each.done then return end
  if each.arrivals > line.arrivals then
    line.arrivals = each.arrivals + (line.opens_at <= now and unseen or 0)
  end
  addBits(WITHDRAWN, 0, cutBits(each.second, each.arrivals))
  hearThose(ENTRANTS, cutBits(each.first, each.arrivals))
  forgetThose(ENTRANTS, WITHDRAWN)
end

-- Draws that were seen come as six ARGV each from `at` on: text, committed, terms, facts, the two bitmaps.
local function seenDrawsAt(at)
  local seen = {}
  for i = at, #ARGV, 6 do
    local draw = readDraw(ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3])
    draw.first, draw.second = ARGV[i + 4], ARGV[i + 5]
    seen[#seen + 1] = draw
  end
  return seen
end
