// Follows the line for whoever waits. The server decides everything; this only asks, shows, and sends the form that
// the page has anyway. Two rhythms, both set by the server: the shared status (for people ahead; a CDN may answer
// it) and the own facts (which keep the visitor present). All words are the page's: it may be in any language.

const page = document.querySelector('#waiting');
const { lang } = document.documentElement;
const room = page.querySelector('.room').textContent;
const format = new Intl.NumberFormat(lang);
const minutes = new Intl.NumberFormat(lang, { style: 'unit', unit: 'minute', maximumFractionDigits: 0 });
const byId = (id) => document.getElementById(id);

/** How long a page that is on its way to another one is left alone, in seconds: that one may be slow. */
const LEAVING = 60;
const PATIENCE = 10_000;

/** In ms. So that a crowd that came at once does not ask at once for ever: up to a fifth earlier or later. */
const jittered = (seconds) => seconds * (0.8 + Math.random() * 0.4) * 1000;

let state = page.dataset.state;
let poll = Number(page.dataset.poll);
let heartbeat = Number(page.dataset.heartbeat);
// The page itself was the first heartbeat.
let nextHeartbeat = Date.now() + jittered(heartbeat);
/** 0 until the draw. */
let number = Number(page.dataset.number);
let deadline = 0;
let failures = 0;
let asking = false;
let hurry = false;
let gone = false;
let timer;
let second;

/** A refusal of our own, or of whatever else answered: only ours says that this page is of no use any more. */
class Refused extends Error {
  constructor(answer) {
    super(`status ${answer.status}`);
    const ours = answer.headers.get('Content-Type')?.startsWith('application/problem+json');
    this.final = ours && [400, 401, 404].includes(answer.status);
    this.after = Number(answer.headers.get('Retry-After')) || 0;
  }
}

async function ask(url) {
  const impatience = new AbortController();
  const late = setTimeout(() => impatience.abort(), PATIENCE);
  try {
    const answer = await fetch(url, { headers: { Accept: 'application/json' }, signal: impatience.signal });
    if (!answer.ok) throw new Refused(answer);
    return await answer.json();
  } finally {
    clearTimeout(late);
  }
}

/** Only what is new is written, or a screen reader would say it again. */
function write(id, text) {
  if (byId(id).textContent !== text) byId(id).textContent = text;
}

function show({ people_ahead, estimated_wait, serving, message, updated_at }) {
  write('ahead', format.format(people_ahead));
  byId('next').hidden = people_ahead > 0;
  write('serving', format.format(serving));
  write('estimate', estimated_wait ? span(estimated_wait) : byId('estimate').dataset.unknown);
  write('message', message ?? '');
  byId('message').parentElement.hidden = !message;
  showTime(updated_at);
}

/** Whole minutes: a range that was measured is no promise to the second. */
function span({ low, high }) {
  return minutes.formatRange(Math.floor(low / 60), Math.ceil(high / 60));
}

function showTime(iso) {
  const time = byId('updated').querySelector('time');
  time.dateTime = iso;
  time.textContent = new Date(iso).toLocaleTimeString(lang);
}

function contact(lost) {
  byId('lost').hidden = !lost;
  byId('updated').hidden = lost;
}

function enter(next) {
  if (next === state) return;
  state = next;
  page.dataset.state = next;
  const focused = document.activeElement;
  for (const element of page.querySelectorAll('[data-in]')) {
    element.hidden = !element.dataset.in.split(' ').includes(next);
  }
  const heading = page.querySelector('h1:not([hidden])');
  document.title = `${next === 'served' ? '● ' : ''}${heading.textContent} · ${room}`;
  // Who was at a button that is gone would be nowhere.
  if (page.contains(focused) && focused.getClientRects().length === 0) heading.focus();
}

/** What is counted down to in each state that has such a thing. */
const COUNTED = { served: 'held', before_start: 'starts' };

/** Counts down on this device's clock, from how much the server said is left. */
function hold({ claim_by, starts_at, updated_at }) {
  deadline = Date.now() + Date.parse(claim_by || starts_at) - Date.parse(updated_at);
  if (starts_at) write('start', new Date(starts_at).toLocaleString(lang, { dateStyle: 'full', timeStyle: 'short' }));
  countDown();
}

function countDown() {
  clearTimeout(second);
  const id = COUNTED[state];
  if (!id) return;
  const left = deadline - Date.now();
  const seconds = Math.max(0, Math.ceil(left / 1000));
  const two = (n) => String(n).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  byId(id).classList.remove('plain');
  write(id, byId(id).dataset.for.replace('{}', hours ? `${hours}:${rest}` : rest.replace(/^0/, '')));
  if (left > 0) second = setTimeout(countDown, left % 1000 || 1000);
  // A crowd that waits for one moment does not ask in that moment.
  else second = setTimeout(wake, state === 'before_start' ? Math.random() * poll * 1000 + 500 : jittered(1));
}

/** What the page does by itself: takes the turn, and comes back after having been away. */
function act({ rejoin }) {
  if (state === 'served') send('claim');
  else if (rejoin === 'by_itself') send('rejoin');
}

function send(button) {
  if (!gone) byId(button).click();
}

async function beat() {
  const facts = await ask(location.href);
  poll = facts.poll_after;
  heartbeat = facts.heartbeat_after;
  nextHeartbeat = Date.now() + jittered(heartbeat);
  show(facts);
  if (facts.number !== null) {
    number = facts.number;
    write('number', format.format(number));
  }
  // A visitor without a number missed the draw: no turn of theirs can have passed.
  enter(facts.state === 'expired' && facts.number === null ? 'missed_start' : facts.state);
  if (COUNTED[state]) hold(facts);
  act(facts);
}

/** People ahead from the curve that all share: straight lines between its points. */
function aheadFrom(points) {
  const after = points.findIndex(([at]) => at >= number);
  if (after < 0) return points.length > 0 ? points[points.length - 1][1] : 0;
  const [toNumber, toAhead] = points[after];
  const [fromNumber, fromAhead] = points[after - 1] ?? points[after];
  if (toNumber === fromNumber) return toAhead;
  return Math.round(fromAhead + ((toAhead - fromAhead) * (number - fromNumber)) / (toNumber - fromNumber));
}

/** As the server has it: the faster end of the measured range to the slower one, and the time to hear of it. */
function waitFor(ahead, perMinute) {
  if (!perMinute) return null;
  const [slow, fast] = perMinute;
  return { low: (ahead / fast) * 60, high: ((ahead + 1) / slow) * 60 + 2 * poll };
}

async function look() {
  const status = await ask(page.dataset.status);
  poll = status.poll_after;
  // The turn came, or the state is another one: the own facts tell.
  const queues = status.mode === 'queue' || status.mode === 'passthrough';
  if (status.serving >= number || !queues) return beat();
  const people_ahead = aheadFrom(status.ahead);
  show({ ...status, people_ahead, estimated_wait: waitFor(people_ahead, status.per_minute) });
}

/** One at a time; who comes meanwhile has it done once more right after. */
async function follow() {
  clearTimeout(timer);
  if (gone) return;
  hurry = asking;
  if (asking) return;
  asking = true;
  let pause;
  try {
    await (state === 'waiting' && Date.now() < nextHeartbeat ? look() : beat());
    failures = 0;
    contact(false);
    pause = Math.min(jittered(state === 'waiting' ? poll : heartbeat), 60_000);
  } catch (error) {
    if (error.final) return reload();
    failures += 1;
    // One that got lost says nothing yet.
    contact(failures > 1);
    pause = Math.max(jittered(Math.min(2 ** failures, 30)), (error.after ?? 0) * (1 + Math.random() / 4) * 1000);
  } finally {
    asking = false;
  }
  if (!gone) timer = setTimeout(follow, hurry ? 0 : pause);
}

/** Asks for the own facts now. */
function wake() {
  nextHeartbeat = 0;
  follow();
}

/** The page itself knows the way on. Not location.reload(), which would send a form again. */
function reload() {
  gone = true;
  location.replace(location.pathname + location.search);
}

page.querySelector('form').addEventListener('submit', () => {
  gone = true;
  clearTimeout(timer);
  timer = setTimeout(() => {
    gone = false;
    wake();
  }, LEAVING * 1000);
});

// A phone that was asleep, a tab that comes back, a connection that is there again.
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) wake();
});
addEventListener('online', wake);
// Back from the relying party through the browser's history: what is shown is old.
addEventListener('pageshow', (event) => {
  if (event.persisted) reload();
});

const { claimBy: claim_by, startsAt: starts_at, updated: updated_at, rejoin } = page.dataset;
if (updated_at) showTime(updated_at);
if (COUNTED[state]) hold({ claim_by, starts_at, updated_at });
// Not at once: a page that leads back to itself must not go round and round.
if (state === 'served' || rejoin) setTimeout(act, jittered(1), { rejoin });
timer = setTimeout(follow, jittered(Math.min(poll, heartbeat)));
