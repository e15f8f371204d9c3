// Keeps the waiting page up to date. The server decides; this script asks, shows, and submits the page's form. It polls
// the shared status and, less often, the visitor's facts, which keep them present. Every word is in the page.

/** @import * as T from './types.d.ts' */

/** @param {string} id */
const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const page = byId('waiting');
const { lang } = document.documentElement;
const room = /** @type {HTMLElement} */ (page.querySelector('.room')).textContent;
const integers = new Intl.NumberFormat(lang);
const digits = Array.from({ length: 10 }, (_, digit) => integers.format(digit));
// The region that the browser names for the page's language decides between 24 hours and 12. The digits stay the page's.
const region = navigator.languages.find((each) => each.startsWith(`${lang}-`)) ?? lang;
const { numberingSystem, calendar } = new Intl.DateTimeFormat(lang).resolvedOptions();
const minutes = new Intl.NumberFormat(lang, { style: 'unit', unit: 'minute', maximumFractionDigits: 0 });

/** In ms. */
const NAVIGATION_TIMEOUT = 60_000;
const REQUEST_TIMEOUT = 10_000;
/** Widgets put states such as `.UNFINISHED` into their field before the token, which is longer. */
const LONGEST_STATE = 20;
/** Seconds until the page of a full line tries the door again. */
const RECHECK = 30;
const COUNTDOWNS = /** @type {Record<string, string>} */ ({ served: 'held', before_start: 'starts' });

const CLOSED = ['closed', 'sold_out', 'ended', 'maintenance'];

/** @type {T.Jitter} */
const jitter = (seconds) => seconds * (0.8 + Math.random() * 0.4) * 1000;

let state = page.dataset.state ?? '';
let poll = Number(page.dataset.poll);
let heartbeat = Number(page.dataset.heartbeat);
// Loading the page was the first heartbeat.
let nextHeartbeat = Date.now() + jitter(heartbeat);
/** 0 until the draw. */
let number = Number(page.dataset.number);
let aheadAtJoin = Number(page.dataset.atJoin);
/** The fewest people ahead that this page has shown. */
let least = Number.POSITIVE_INFINITY;
let deadline = 0;
/** The start that this page counts down to. @type {string | undefined} */
let start;
/** Whether the time of the turn stands still while the room is paused. */
let isTimeStopped = page.dataset.timeStopped === 'true';
/** As the last shared status said. */
let wasPaused = false;
let failures = 0;
let isAsking = false;
let askAgain = false;
let isLeaving = false;
/** Whether the visitor asked the page not to refresh. */
let isStopped = false;
let isProving = false;
let proofFailures = 0;
/** @type {number | undefined} */
let pollTimer;
/** @type {number | undefined} */
let countdownTimer;

/** Only a refusal of our own, not one of a proxy, is final. */
class Refused extends Error {
  /** @param {Response} answer */
  constructor(answer) {
    super(`status ${answer.status}`);
    const isOurs = answer.headers.get('Content-Type')?.startsWith('application/problem+json');
    this.isFinal = isOurs && [400, 401, 404].includes(answer.status);
    this.retryAfter = Number(answer.headers.get('Retry-After')) || 0;
    this.isUnchecked = isOurs === true && answer.status === 503 && answer.url.endsWith('/challenge');
  }
}

/** @type {(url: string) => Promise<unknown>} */
async function fetchJson(url) {
  const controller = new AbortController();
  const timeout = setTimeout(() => controller.abort(), REQUEST_TIMEOUT);
  try {
    const answer = await fetch(url, { headers: { Accept: 'application/json' }, signal: controller.signal });
    if (!answer.ok) throw new Refused(answer);
    return await answer.json();
  } finally {
    clearTimeout(timeout);
  }
}

/** @type {T.Write} */
function write(id, text) {
  if (byId(id).textContent !== text) byId(id).textContent = text;
}

/** @param {T.ShownFacts} facts */
function show({ people_ahead, estimated_wait, message, message_id, updated_at, stock }) {
  const offers = document.getElementById('anteroom-offers');
  // A message that is asked for now would come at once.
  if (offers) offers.hidden = estimated_wait !== null && estimated_wait.low <= Number(offers.dataset.before);
  write('ahead', integers.format(people_ahead));
  byId('left').hidden = stock === undefined;
  write('stock', integers.format(stock ?? 0));
  write('rivals', integers.format(people_ahead));
  byId('scarce').hidden = people_ahead < (stock ?? 0);
  byId('next').hidden = people_ahead > 0;
  showProgress(people_ahead);
  write('estimate', estimated_wait ? formatRange(estimated_wait) : (byId('estimate').dataset.unknown ?? ''));
  byId('estimate').classList.toggle('unknown', !estimated_wait);
  if (!message_id) {
    page.dataset.messageId = '';
    showMessage({ text: message });
  } else if (message_id !== page.dataset.messageId) fetchMessage(message_id);
  showTime(updated_at);
}

/** @param {{ text: string | null, lang?: string | null, dir?: string | null }} message A text alone has no language. */
function showMessage({ text, lang, dir }) {
  write('message', text ?? '');
  byId('message').lang = lang ?? '';
  byId('message').dir = dir ?? 'auto';
  /** @type {HTMLElement} */ (byId('message').parentElement).hidden = !text;
}

/** @param {string} id of a message that there is in several languages. */
async function fetchMessage(id) {
  page.dataset.messageId = id;
  try {
    const url = (page.dataset.status ?? '').replace(/status$/, `message?lang=${lang}&id=${id}`);
    const told = /** @type {{ id: string | null, text: string | null }} */ (await fetchJson(url));
    if (page.dataset.messageId !== id) return;
    // A process that does not know the new message yet answers the one before: the next look asks again.
    page.dataset.messageId = told.id ?? '';
    if (told.id === id) showMessage(told);
  } catch {
    // The next look at the status tries again.
    page.dataset.messageId = '';
  }
}

/** @param {number} ahead Progress counts from how many people were ahead when the number was given. */
function showProgress(ahead) {
  const bar = /** @type {HTMLProgressElement} */ (byId('progress'));
  least = Math.min(least, ahead);
  bar.hidden = aheadAtJoin === 0;
  if (aheadAtJoin > 0) bar.value = Math.max(0, 1 - ahead / aheadAtJoin);
  // The shared status gives the people ahead to within a percent.
  byId('back').hidden = ahead - least <= 1 + aheadAtJoin / 100;
}

/** @param {T.NoticeNews} news What became of the message that the visitor asked for. */
function showNews(news) {
  const told = document.getElementById('anteroom-told');
  // A room may stop sending messages.
  if (!told) return;
  for (const element of /** @type {NodeListOf<HTMLElement>} */ (told.querySelectorAll('[data-news]'))) {
    element.hidden = !element.dataset.news?.split(' ').includes(news);
  }
  const mark = { later: '', sent: told.dataset.sent, early: told.dataset.sent, failed: 'failed' }[news];
  // A reload does not ask what is known.
  if (mark) history.replaceState(null, '', location.href.replace(/(anteroom_notice=)[a-z_]+/, `$1${mark}`));
}

/** @param {T.Range} range In whole minutes: it is no promise to the second. */
function formatRange({ low, high }) {
  const [from, to] = [Math.floor(low / 60), Math.ceil(high / 60)];
  // Safari before 15.4 and Chromium before 106 have no ranges.
  if (!('formatRange' in Intl.NumberFormat.prototype)) return `${integers.format(from)}–${minutes.format(to)}`;
  return minutes.formatRange(from, to);
}

/** @param {string} iso */
function showTime(iso) {
  const time = /** @type {HTMLTimeElement} */ (byId('updated').querySelector('time'));
  time.dateTime = iso;
  time.textContent = new Date(iso).toLocaleTimeString(region, { numberingSystem, calendar });
  // Without a number there is nothing to keep. The text is there before it is shown, so that it keeps its space.
  if (number > 0) write('lost', byId('lost').dataset.since?.replace('{}', time.textContent) ?? '');
}

/** @param {boolean} isLost */
function showContact(isLost) {
  byId('lost').hidden = !isLost;
  byId('updated').hidden = isLost;
}

/** @param {string} next */
function changeState(next) {
  if (next === state) return;
  state = next;
  page.dataset.state = next;
  const focused = document.activeElement;
  for (const element of /** @type {NodeListOf<HTMLElement>} */ (page.querySelectorAll('[data-in]'))) {
    element.hidden = !element.dataset.in?.split(' ').includes(next);
  }
  const heading = /** @type {HTMLElement} */ (page.querySelector('h1:not([hidden])'));
  document.title = `${next === 'served' ? '● ' : ''}${heading.textContent} · ${room}`;
  // The focus would be lost with a button that has gone.
  if (focused && page.contains(focused) && focused.getClientRects().length === 0) heading.focus();
}

/** @param {T.Times} times By the server's clock: this device's may be wrong. */
function startCountdown({ claim_by, starts_at, moved_from, updated_at }) {
  byId('anteroom-time-stopped').hidden = !isTimeStopped;
  deadline = Date.now() + Date.parse(claim_by || starts_at || '') - Date.parse(updated_at ?? '');
  start = starts_at;
  if (starts_at) {
    const style = /** @type {const} */ ({ dateStyle: 'full', timeStyle: 'short' });
    const time = new Date(starts_at).toLocaleString(region, { ...style, numberingSystem, calendar });
    write('start', byId('start').dataset.local?.replace('{}', time) ?? '');
  }
  byId('moved').hidden = !moved_from;
  if (moved_from) {
    const [from, to] = [new Date(moved_from), new Date(starts_at ?? '')];
    const dateStyle = from.toDateString() === to.toDateString() ? undefined : 'medium';
    const options = /** @type {const} */ ({ dateStyle, timeStyle: 'short', numberingSystem, calendar });
    const { format } = new Intl.DateTimeFormat(region, options);
    write('from', format(from));
    write('to', format(to));
  }
  countDown();
}

function countDown() {
  clearTimeout(countdownTimer);
  const id = COUNTDOWNS[state];
  if (!id) return;
  const left = deadline - Date.now();
  const seconds = Math.max(0, Math.ceil(left / 1000));
  const pad = (/** @type {number} */ n) => String(n).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const rest = `${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
  const time = hours ? `${hours}:${rest}` : rest.replace(/^0/, '');
  byId(id).classList.remove('plain');
  write(
    id,
    byId(id).dataset.for?.replace(
      '{}',
      time.replace(/\d/g, (digit) => digits[Number(digit)] ?? digit),
    ) ?? '',
  );
  if (isTimeStopped) return;
  if (left > 0) countdownTimer = setTimeout(countDown, left % 1000 || 1000);
  // Everyone counts down to the same start: they do not all ask then.
  else countdownTimer = setTimeout(wake, state === 'before_start' ? Math.random() * poll * 1000 + 500 : jitter(1));
}

/** @param {{ rejoin?: string, extended?: boolean | undefined }} facts What the page does without the visitor. */
function act({ rejoin, extended }) {
  // Nobody takes a turn by a tab that they do not look at: they would be inside without knowing it.
  if (state === 'served' && !document.hidden && !extended) press('claim');
  else if (rejoin === 'by_itself') press('rejoin');
}

/** @param {string} button */
function press(button) {
  if (!isLeaving) byId(button).click();
}

/** Counts as a heartbeat. */
async function fetchFacts() {
  const { notice, ...facts } = /** @type {T.OwnFacts} */ (await fetchJson(location.href));
  if (notice) showNews(notice);
  tellTabs({ facts });
  showFacts(facts, true);
}

/**
 * @param {T.Facts} facts
 * @param {boolean} isOwn Whether this tab asked: of several tabs only that one rejoins.
 */
function showFacts(facts, isOwn) {
  // Before the draw nobody is ahead, and other people are ahead of another number.
  if (facts.number !== number) least = Number.POSITIVE_INFINITY;
  poll = facts.poll_after;
  heartbeat = facts.heartbeat_after;
  nextHeartbeat = Date.now() + jitter(heartbeat);
  aheadAtJoin = facts.people_ahead_at_join ?? aheadAtJoin;
  show(facts);
  if (facts.number !== null) {
    number = facts.number;
    write('number', integers.format(number));
    write('code', facts.support_code ?? '');
    byId('support').hidden = !facts.support_code;
  }
  const isOut = facts.state === 'expired' && facts.number === null;
  const out = facts.event_cancelled ? 'cancelled' : 'missed_start';
  changeState(isOut ? out : (facts.closed_reason ?? facts.state));
  isTimeStopped = facts.time_stopped === true;
  if (COUNTDOWNS[state]) startCountdown(facts);
  else clearTimeout(countdownTimer);
  if (facts.challenge && !isProving) prove(facts.challenge);
  byId('more-time').hidden = state !== 'served' || facts.extended !== false;
  act(isOwn ? facts : { extended: facts.extended });
}

/**
 * Solves a challenge in a worker and sends the proof, while the visitor waits. A failure changes nothing: the next facts
 * name the challenge again.
 *
 * @param {string} url
 */
async function prove(url) {
  isProving = true;
  try {
    const challenge = /** @type {T.Challenge | T.Widget} */ (await fetchJson(url));
    byId('unchecked').hidden = true;
    const proof = 'provider' in challenge ? await fillIn(challenge) : await solveBeside(challenge);
    const headers = { Accept: 'application/json', 'Content-Type': 'application/x-www-form-urlencoded' };
    const answer = await fetch(location.href, { method: 'POST', headers, body: new URLSearchParams({ proof }) });
    if (answer.ok) await answer.json();
    // A newcomer has a number now.
    if (state === 'challenge' && answer.ok) return leaveFor(location.href.replace(/&anteroom_entry=challenge/, ''));
    if (answer.ok) return removeWidget();
    throw new Refused(answer);
  } catch (error) {
    proofFailures += 1;
    removeWidget();
    byId('unchecked').hidden = !(error instanceof Refused && error.isUnchecked);
    const retryAfter = error instanceof Refused ? error.retryAfter * 1000 : 0;
    await new Promise((resolve) => setTimeout(resolve, Math.max(jitter(2 ** Math.min(proofFailures, 6)), retryAfter)));
  } finally {
    isProving = false;
  }
  if (state === 'challenge' && !isLeaving) prove(url);
}

/**
 * Shows a provider's widget and waits for the token that it puts into its field.
 *
 * @param {T.Widget} widget
 * @returns {Promise<string>}
 */
function fillIn({ script, class_name, site_key, field }) {
  const check = byId('check');
  const widget = document.createElement('form');
  const box = document.createElement('div');
  box.className = class_name;
  box.dataset.sitekey = site_key;
  widget.append(box);
  check.replaceChildren(widget);
  check.hidden = false;
  const loaded = document.createElement('script');
  loaded.src = script;
  loaded.async = true;
  check.append(loaded);
  return new Promise((resolve, reject) => {
    loaded.addEventListener('error', () => reject(new Error('the script of the provider did not load')));
    const look = () => {
      const token = new FormData(widget).get(field);
      if (typeof token === 'string' && token.length > LONGEST_STATE) resolve(token);
      else if (widget.isConnected) setTimeout(look, 250);
    };
    look();
  });
}

function removeWidget() {
  byId('check').replaceChildren();
  byId('check').hidden = true;
}

/** @type {(challenge: T.Challenge) => Promise<string>} */
function solveBeside(challenge) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(page.dataset.worker ?? '', { type: 'module' });
    const end = (/** @type {() => void} */ settle) => {
      worker.terminate();
      settle();
    };
    worker.addEventListener('message', ({ data }) => end(() => resolve(data)));
    worker.addEventListener('error', () => end(() => reject(new Error('the worker failed'))));
    worker.postMessage(challenge);
  });
}

/** @param {readonly T.Point[]} points */
function interpolateAhead(points) {
  const next = points.findIndex(([at]) => at >= number);
  const [toNumber, toAhead] = points[next < 0 ? points.length - 1 : next] ?? [0, 0];
  const [fromNumber, fromAhead] = points[next - 1] ?? [toNumber, toAhead];
  if (next < 0 || toNumber === fromNumber) return toAhead;
  return Math.round(fromAhead + ((toAhead - fromAhead) * (number - fromNumber)) / (toNumber - fromNumber));
}

/** @type {T.EstimateWait} */
function estimateWait(ahead, perMinute) {
  if (!perMinute) return null;
  const [slow, fast] = perMinute;
  return { low: (ahead / fast) * 60, high: ((ahead + 1) / slow) * 60 + 2 * poll };
}

async function fetchStatus() {
  const status = /** @type {T.SharedStatus} */ (await fetchJson(page.dataset.status ?? ''));
  tellTabs({ status });
  if (!showStatus(status)) await fetchFacts();
}

/** @param {T.SharedStatus} status Returns false where only the visitor's own facts say what to show. */
function showStatus(status) {
  poll = status.poll_after;
  // After a turn or in another mode, only the visitor's own facts say what to show.
  const inLine = state === 'waiting' || state === 'paused';
  const now = status.closed_reason ?? status.mode.replace(/queue|pass.*/, 'waiting');
  const isPaused = status.mode === 'paused';
  // A pause may stop the time of a turn, and its end lets it go on.
  const isOtherPause = isTimeStopped ? !isPaused : isPaused && !wasPaused;
  wasPaused = isPaused;
  // The start moved, the event was cancelled, or the draw was made.
  if (state === 'before_start' && status.starts_at !== start) return false;
  const isSame = now === state || (!inLine && !CLOSED.includes(state) && status.mode !== 'closed');
  // Numbers are of the visitor's lane, where the room has lanes.
  const lane = status.lanes?.[page.dataset.lane ?? ''] ?? status;
  if (!isSame || isOtherPause || (inLine && lane.serving >= number)) return false;
  const people_ahead = interpolateAhead(lane.ahead);
  show({ ...status, people_ahead, estimated_wait: estimateWait(people_ahead, lane.per_minute) });
  return true;
}

/** A call while it is asking makes it ask again right after. */
async function follow() {
  clearTimeout(pollTimer);
  if (isLeaving || isStopped) return;
  askAgain = isAsking;
  if (isAsking) return;
  isAsking = true;
  let pause = 0;
  try {
    await (state !== 'unavailable' && Date.now() < nextHeartbeat ? fetchStatus() : fetchFacts());
    failures = 0;
    showContact(false);
    pause = jitter(poll);
  } catch (error) {
    const refusal = error instanceof Refused ? error : null;
    if (refusal?.isFinal) return reload();
    failures += 1;
    showContact(failures > 1);
    const retryAfter = (refusal?.retryAfter ?? 0) * (1 + Math.random() / 4) * 1000;
    pause = Math.max(jitter(Math.min(2 ** failures, 30)), retryAfter);
  } finally {
    isAsking = false;
  }
  if (!isLeaving) pollTimer = setTimeout(follow, askAgain ? 0 : pause);
}

/** The tabs of a browser share one poller: what one hears, the others show, and each then waits with its own question. */
const tabs = 'BroadcastChannel' in globalThis ? new BroadcastChannel(`anteroom ${page.dataset.status}`) : null;

/** @param {{ facts?: T.Facts, status?: T.SharedStatus }} heard */
function tellTabs(heard) {
  tabs?.postMessage({ ...heard, number });
}

/** @param {MessageEvent<{ facts?: T.Facts, status?: T.SharedStatus, number: number }>} message */
function hearTab({ data: { facts, status, number: theirs } }) {
  const isInLine = !['full', 'challenge', 'unavailable'].includes(state);
  if (isLeaving || isStopped || isAsking || !isInLine || theirs !== number) return;
  failures = 0;
  showContact(false);
  if (facts) showFacts(facts, false);
  else if (status && !showStatus(status)) return wake();
  clearTimeout(pollTimer);
  if (!isLeaving) pollTimer = setTimeout(follow, jitter(poll));
}
tabs?.addEventListener('message', hearTab);

/** WCAG 2.2.2: what refreshes by itself can be stopped. */
function toggleStop() {
  isStopped = !isStopped;
  const button = byId('stop');
  write('stop', (isStopped ? button.dataset.start : button.dataset.stop) ?? '');
  byId('stopped').hidden = !isStopped;
  if (!isStopped) wake();
}
byId('stop').hidden = false;
byId('stop').addEventListener('click', toggleStop);

// The visitor clicked the notification ahead of their turn.
navigator.serviceWorker?.addEventListener('message', () => (isStopped ? toggleStop() : wake()));
navigator.serviceWorker?.startMessages();

function wake() {
  // Without a number, there is nothing to follow.
  if (state === 'full' || state === 'challenge' || isStopped) return;
  nextHeartbeat = 0;
  follow();
}

/** location.reload() would submit a form again. */
function reload() {
  leaveFor(location.pathname + location.search);
}

/** @param {string} url */
function leaveFor(url) {
  isLeaving = true;
  location.replace(url);
}

for (const form of document.querySelectorAll('form')) {
  form.addEventListener('submit', () => {
    isLeaving = true;
    clearTimeout(pollTimer);
    pollTimer = setTimeout(() => {
      isLeaving = false;
      wake();
    }, NAVIGATION_TIMEOUT);
  });
}

document.addEventListener('visibilitychange', () => {
  if (!document.hidden) wake();
});
addEventListener('online', wake);
// The browser's Back button shows the page as it was before the visitor went in.
addEventListener('pageshow', (event) => {
  if (event.persisted) reload();
});

const {
  claimBy: claim_by,
  startsAt: starts_at,
  movedFrom: moved_from,
  updated: updated_at,
  rejoin = '',
  extended,
  challenge = '',
  again = '',
} = page.dataset;
/** The page reloads by itself until then, for browsers in which this script does not run. */
function begin() {
  stop();
  document.querySelector('meta[http-equiv=refresh]')?.remove();
  if (updated_at) showTime(updated_at);
  if (COUNTDOWNS[state]) startCountdown({ claim_by, starts_at, moved_from, updated_at });
  // After a pause: a page that leads back to itself must not loop.
  if (state === 'served' || rejoin) setTimeout(act, jitter(1), { rejoin, extended: extended === 'true' });
  if (challenge && state !== 'full') prove(challenge);
  if (state === 'full') pollTimer = setTimeout(leaveFor, jitter(RECHECK), again || location.href);
  else if (state !== 'challenge') pollTimer = setTimeout(follow, jitter(Math.min(poll, heartbeat)));
}
if (document.readyState === 'complete') begin();
else addEventListener('load', begin);
