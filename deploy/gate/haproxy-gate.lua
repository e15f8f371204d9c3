-- `http-request lua.anteroom-gate ROOM`: asks Anteroom at ANTEROOM whether the visitor may pass. A refused request gets
-- Anteroom's answer: a redirect into the line, a redirect to the same page with the gate's cookie, or a 401.

-- What happens while Anteroom does not answer in time: 'closed' answers 503, 'open' lets everybody pass.
local UNREACHABLE = 'closed'
-- How long HAProxy waits for the gate, in ms. It tries four times: 3 s in all.
local TIMEOUT = 750

local anteroom = os.getenv('ANTEROOM') or 'http://127.0.0.1:3000'

-- The gate and the rules of the room see all request headers but these: those of the connection and the body, those that
-- change the form of the gate's answer, and those that another gate reads.
local LEFT_OUT = {
  ['host'] = true, ['connection'] = true, ['keep-alive'] = true, ['te'] = true, ['trailer'] = true,
  ['content-length'] = true, ['transfer-encoding'] = true, ['expect'] = true,
  ['accept-encoding'] = true, ['range'] = true,
  ['x-original-method'] = true, ['x-original-url'] = true,
}
-- Headers of the gate's answer that the client gets.
local ANSWER_HEADERS = {
  'location', 'set-cookie', 'cache-control', 'content-type', 'www-authenticate', 'retry-after', 'refresh',
}
-- Headers about an admitted visitor that the site gets.
local VISITOR_HEADERS = { 'x-anteroom-subject', 'x-anteroom-number', 'x-anteroom-expires' }

-- HAProxy numbers the values of a header from 0.
local function values(headers, name)
  local all = {}
  for index, value in pairs(headers[name] or {}) do all[index + 1] = value end
  return all
end

core.register_action('anteroom-gate', { 'http-req' }, function(txn, room)
  local received = txn.http:req_get_headers()
  local headers = {
    ['x-forwarded-method'] = { txn.sf:method() },
    ['x-forwarded-proto'] = { txn.sf:ssl_fc() == 1 and 'https' or 'http' },
    ['x-forwarded-host'] = values(received, 'host'),
    ['x-forwarded-uri'] = { txn.sf:pathq() },
  }
  for name in pairs(received) do
    if not LEFT_OUT[name] and not headers[name] then headers[name] = values(received, name) end
  end
  -- Anteroom reads the last one with TRUST_PROXY=1.
  local addresses = values(received, 'x-forwarded-for')
  addresses[#addresses + 1] = txn.sf:src()
  headers['x-forwarded-for'] = { table.concat(addresses, ', ') }

  local url = anteroom .. '/rooms/' .. room .. '/gate/check'
  local answer = core.httpclient():get { url = url, headers = headers, timeout = TIMEOUT }

  if answer and answer.status == 204 then
    for _, name in ipairs(VISITOR_HEADERS) do txn.http:req_set_header(name, values(answer.headers, name)[1] or '') end
    return
  end

  -- HAProxy itself answers 503 or 504 if Anteroom does not. Anteroom's own 503 says when to try again.
  local unreachable = not answer or answer.status < 300 or (answer.status >= 500 and not answer.headers['retry-after'])
  if unreachable and UNREACHABLE == 'open' then return end

  local reply = txn:reply { status = 503 }
  if unreachable then
    reply:add_header('retry-after', '5')
    reply:add_header('cache-control', 'no-store')
  else
    reply:set_status(answer.status)
    for _, name in ipairs(ANSWER_HEADERS) do
      for _, value in ipairs(values(answer.headers, name)) do reply:add_header(name, value) end
    end
    reply:set_body(answer.body or '')
  end
  txn:done(reply)
end, 1)
