// Follows the line for whoever waits. The server decides everything; this only asks, shows, and sends the form that
// the page has anyway. Two rhythms, both set by the server: the shared status (for people ahead; a CDN may answer
// it) and the own facts (which keep the visitor present).

const page = document.querySelector('#waiting');
const form = page.querySelector('form');
const title = document.title;
const number = Number(page.dataset.number);
const format = new Intl.NumberFormat(document.documentElement.lang);
const byId = (id) => document.getElementById(id);

let state = page.dataset.state;
let heartbeat = Number(page.dataset.heartbeat);
let poll = Number(page.dataset.poll);
let failures = 0;
let timer;
let nextHeartbeat = 0;
let gone = false;

/** So that a crowd that came at once does not ask at once for ever: up to a fifth earlier or later. */
const jittered = (seconds) => seconds * (0.8 + Math.random() * 0.4) * 1000;

async function ask(url) {
  const answer = await fetch(url, { headers: { Accept: 'application/json' }, signal: AbortSignal.timeout(10_000) });
  if (answer.ok) return answer.json();
  throw Object.assign(new Error(`status ${answer.status}`), {
    status: answer.status,
    after: Number(answer.headers.get('Retry-After')) || 0,
  });
}

function text(id, value) {
  const element = byId(id);
  if (element.textContent !== value) element.textContent = value;
}

function show(facts) {
  byId('lost').hidden = true;
  text(
    'ahead',
    `${facts.people_ahead === 1 ? '1 person is' : `${format.format(facts.people_ahead)} people are`} in line`,
  );
  text('serving', format.format(facts.serving));
  text('message', facts.message ?? '');
  byId('message').hidden = !facts.message;
  const updated = byId('updated');
  updated.dateTime = facts.updated_at;
  text('updated', new Date(facts.updated_at).toLocaleTimeString(document.documentElement.lang));
  updated.parentElement.hidden = false;
}

function enter(next, facts) {
  if (next === state) return;
  state = next;
  page.dataset.state = next;
  for (const element of page.querySelectorAll('[data-in]')) {
    element.hidden = !element.dataset.in.split(' ').includes(next);
  }
  document.title = next === 'served' ? `● ${title}` : title;
  act(facts);
}

/** What the page does by itself: takes the turn, and comes back after having been away. */
function act(facts) {
  if (state === 'served') submit(byId('claim'));
  else if (state === 'expired' && facts.rejoin === 'by_itself') submit(byId('rejoin'));
}

function submit(button) {
  gone = true;
  form.requestSubmit(button);
}

async function beat() {
  const facts = await ask(location.href);
  heartbeat = facts.heartbeat_after;
  poll = facts.poll_after;
  nextHeartbeat = Date.now() + jittered(heartbeat);
  show(facts);
  enter(facts.state, facts);
}

/** People ahead from the curve that all share: straight lines between its points. */
function aheadFrom(points) {
  const after = points.findIndex(([at]) => at >= number);
  if (after < 0) return points.at(-1)?.[1] ?? 0;
  const [toNumber, toAhead] = points[after];
  const [fromNumber, fromAhead] = points[after - 1] ?? points[after];
  if (toNumber === fromNumber) return toAhead;
  return Math.round(fromAhead + ((toAhead - fromAhead) * (number - fromNumber)) / (toNumber - fromNumber));
}

async function look() {
  const status = await ask(page.dataset.status);
  poll = status.poll_after;
  const expected = { queue: 'waiting', passthrough: 'waiting' }[status.mode] ?? status.mode;
  // The turn came, or the state is another one: the own facts tell.
  if (status.serving >= number || expected !== state) return beat();
  show({ ...status, people_ahead: aheadFrom(status.ahead) });
}

async function follow() {
  if (gone) return;
  clearTimeout(timer);
  try {
    const shared = state === 'waiting' && Date.now() < nextHeartbeat;
    await (shared ? look() : beat());
    failures = 0;
    timer = setTimeout(follow, Math.min(jittered(state === 'waiting' ? poll : heartbeat), 60_000));
  } catch (error) {
    // The ticket or the address is of no use any more: the page itself knows the way on.
    if (error.status === 400 || error.status === 401 || error.status === 404) {
      location.reload();
      gone = true;
      return;
    }
    failures += 1;
    byId('lost').hidden = false;
    timer = setTimeout(follow, jittered(Math.max(error.after ?? 0, Math.min(2 ** failures, 30))));
  }
}

// A phone that was asleep, a tab that comes back, a connection that is there again: look at once.
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) {
    nextHeartbeat = 0;
    follow();
  }
});
addEventListener('online', follow);
// Back from the relying party through the browser's history: what is shown is old.
addEventListener('pageshow', (event) => {
  if (event.persisted) location.reload();
});

act({ rejoin: page.dataset.rejoin });
if (!gone) timer = setTimeout(follow, jittered(Math.min(poll, heartbeat)));
