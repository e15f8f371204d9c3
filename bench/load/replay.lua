-- Sends the NUL-separated requests of a file in turn, again and again.
local requests, next = {}, 0

function init(args)
  for line in string.gmatch(io.open(args[1], 'rb'):read('*a'), '[^%z]+') do
    requests[#requests + 1] = line
  end
end

function request()
  next = next % #requests + 1
  return requests[next]
end

function done(summary)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  print(string.format('replayed %d in %d us, %d failed', summary.requests, summary.duration, failed))
end
