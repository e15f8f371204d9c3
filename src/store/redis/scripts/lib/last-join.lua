-- What is known of the joins of a process, in the script's own field of the hash: `process given-up`, and of its last join
-- ` join generation draw first last`. Joins are counted from 1 in each process. None up to `given-up` issues anything any
-- more. First and last are numbers, or arrival indexes where there is a draw.

local function lastJoin(process)
  local known, givenUp, rest = string.match(line[OWN_FIELD], '^(%S+) (%d+)(.*)$')
  if known ~= process then givenUp, rest = 0, '' end
  return { process = process, givenUp = tonumber(givenUp), rest = rest }
end

local function recordJoin(known, join, draw, first, last)
  local text = '%s %.0f %.0f %.0f %.0f %.0f %.0f'
  line[OWN_FIELD] = string.format(text, known.process, known.givenUp, join, line.generation, draw, first, last)
end
