-- Changing the rules of a line, and beginning a new generation.

-- Rules come as ARGV from `at`: mode, size, lifetime, claim window, presence timeout, 1 where visitors are asked for a
-- proof, unproven visitors of an address, 1 where visitors are present from the join on, grace of a missed turn, confirm
-- window, version of a shared size, 1 where a pause stops claim windows, 1 where it stops admissions.

-- A shared size that the line has already, or that is older than the one it has, changes nothing. A version is one more
-- than in TypeScript: 0 is none.
local function hasLaterSize(version)
  return line.size_version > 0 and version > 0 and version <= line.size_version
end

local function setRules(at)
  local version = tonumber(ARGV[at + 10])
  if not hasLaterSize(version) then line.size, line.size_version = tonumber(ARGV[at + 1]), version end
  line.mode, line.lifetime = ARGV[at], tonumber(ARGV[at + 2])
  line.claim_window, line.presence_timeout = tonumber(ARGV[at + 3]), tonumber(ARGV[at + 4])
  line.challenge, line.unproven_per_address = tonumber(ARGV[at + 5]), tonumber(ARGV[at + 6])
  line.present_from_join, line.missed_turn_grace = tonumber(ARGV[at + 7]), tonumber(ARGV[at + 8])
  line.confirm_window, line.pause_stops = tonumber(ARGV[at + 9]), tonumber(ARGV[at + 11])
  line.stops_admissions = tonumber(ARGV[at + 12])
end

-- Puts the line's rules into force; counters are not touched.
local function configure(at)
  confirmAll()
  local now = settle(at)
  -- A credit would admit newcomers, and nobody is served in these modes.
  if line.mode == 'paused' or line.mode == 'closed' then line.serving = math.min(line.serving, line.queue) end
  if line.mode == 'passthrough' then
    if line.returned > 0 then eachBit(RETURNED, math.huge, function(number) serveAgain(number, now) end) end
    if line.serving < line.queue then serveUpTo(line.queue, now, false) end
  end
end

-- What a line has that begins in the place of another: the rules, the line's time, the breaker.
local STAYING = {
  mode = true, size = true, lifetime = true, claim_window = true, presence_timeout = true, challenge = true,
  unproven_per_address = true, present_from_join = true, missed_turn_grace = true, confirm_window = true,
  size_version = true, pause_stops = true, stops_admissions = true, admissions_stopped = true, clock = true, skew = true, alarm = true,
}

-- All tickets and admissions are void. The load of the origin stays, and so does a line that is kept.
local function beginLine(of)
  redis.call('UNLINK', unpack(KEYS, 2, PARTS))
  for _, field in ipairs(FIELDS) do
    if not STAYING[field] then line[field] = 0 end
  end
  line.incarnation, line.generation, line.lineage, line.epoch = of.incarnation, of.generation, of.lineage, of.epoch
  line.standing_of, line.ended_of, line.stopped_of = of.generation, of.generation, of.generation
  redis.call('HDEL', LINE, 'inlet_state', 'done_requests', 'note:meter', 'note:told')
end
