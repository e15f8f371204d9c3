// The operators' page: asks for the admin token, shows each room's counters, lets people in.

/** @import { CounterName, Counters, Problem, Room } from './types.d.ts' */

const REFRESH_INTERVAL = 2000;
const TOKEN_KEY = 'anteroom-admin-token';

/** The counters in the order in which they are shown, with their labels. */
const COUNTERS = /** @satisfies {Record<CounterName, string>} */ ({
  waiting: 'Waiting',
  present: 'Present',
  active: 'Inside',
  serving: 'Served up to',
  queue: 'Numbers issued',
  claimed: 'Admitted in total',
  completed: 'Completed',
  abandoned: 'Abandoned',
  expired: 'Missed their turn',
});
const COUNTER_NAMES = /** @type {CounterName[]} */ (Object.keys(COUNTERS));

/** @param {string} id */
const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
/** @type {(within: ParentNode, selector: string) => HTMLElement} */
const find = (within, selector) => /** @type {HTMLElement} */ (within.querySelector(selector));
/** @param {number} number */
const format = (number) => new Intl.NumberFormat('en').format(number);
/** @param {unknown} error */
const messageOf = (error) => (error instanceof Error ? error.message : String(error));

const tokenField = /** @type {HTMLInputElement} */ (byId('token'));
/**
 * The sections on the page, by the room's id.
 * @type {Map<string, HTMLElement>}
 */
const sections = new Map();
/** @type {number | undefined} */
let timer;

const isSignedIn = () => sessionStorage.getItem(TOKEN_KEY) !== null;

byId('sign-in').addEventListener('submit', (event) => {
  event.preventDefault();
  sessionStorage.setItem(TOKEN_KEY, tokenField.value.trim());
  tokenField.value = '';
  open();
});

byId('sign-out').addEventListener('click', () => signOut(''));

if (isSignedIn()) open();
else signOut('');

function open() {
  byId('sign-in').hidden = true;
  byId('sign-out').hidden = false;
  say('trouble', '');
  refresh();
}

/** @param {string} reason */
function signOut(reason) {
  clearTimeout(timer);
  sessionStorage.removeItem(TOKEN_KEY);
  for (const section of sections.values()) section.remove();
  sections.clear();
  byId('none').hidden = true;
  byId('sign-out').hidden = true;
  byId('sign-in').hidden = false;
  say('news', '');
  say('trouble', reason);
  tokenField.focus();
}

/**
 * Writing the same text again would make a screen reader repeat it.
 * @param {string} id
 * @param {string} text
 */
function say(id, text) {
  if (byId(id).textContent !== text) byId(id).textContent = text;
}

/**
 * Calls the API. Throws an error with the words of the problem; a refused token ends the session.
 * @param {string} path
 * @param {{ method?: string, body?: object, headers?: Record<string, string> }} [options]
 * @returns {Promise<unknown>}
 */
async function call(path, { method = 'GET', body, headers = {} } = {}) {
  const response = await fetch(`v1${path}`, {
    method,
    cache: 'no-store',
    headers: {
      Authorization: `Bearer ${sessionStorage.getItem(TOKEN_KEY) ?? ''}`,
      ...(body ? { 'Content-Type': 'application/json' } : {}),
      ...headers,
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const answer = await response.json().catch(() => null);
  if (response.ok) return answer;
  if (response.status === 401) signOut('Anteroom did not accept this token.');
  const problem = /** @type {Problem | null} */ (answer);
  throw new Error(problem?.detail ?? problem?.title ?? `The server answered with status ${response.status}.`);
}

async function refresh() {
  clearTimeout(timer);
  try {
    const rooms = /** @type {Room[]} */ (await call('/rooms'));
    const loads = rooms.map(async (room) => ({ room, counters: await loadCounters(room.id) }));
    show(await Promise.all(loads));
    say('trouble', '');
  } catch (error) {
    if (isSignedIn()) say('trouble', `Could not load the rooms: ${messageOf(error)}`);
  }
  if (isSignedIn()) timer = setTimeout(refresh, REFRESH_INTERVAL);
}

/**
 * @param {string} room
 * @returns {Promise<Counters>}
 */
async function loadCounters(room) {
  return /** @type {Counters} */ (await call(`/rooms/${room}/counters`));
}

/** @param {{ room: Room, counters: Counters }[]} rooms */
function show(rooms) {
  if (!isSignedIn()) return;
  byId('none').hidden = rooms.length > 0;
  for (const [id, section] of sections) {
    if (rooms.some(({ room }) => room.id === id)) continue;
    section.remove();
    sections.delete(id);
  }
  for (const { room, counters } of rooms) {
    const section = sections.get(room.id) ?? addSection(room.id);
    const size = room.inlet.size === undefined ? '' : ` At most ${format(room.inlet.size)} inside.`;
    find(section, 'h2').textContent = room.title;
    find(section, '.facts').textContent = `Room ${room.id}. Mode: ${room.mode}. Inlet: ${room.inlet.strategy}.${size}`;
    section.dataset.unit = room.inlet.unit ?? 'people';
    showCounters(section, counters);
  }
}

/**
 * @param {HTMLElement} section
 * @param {Counters} counters
 */
function showCounters(section, counters) {
  for (const name of COUNTER_NAMES) {
    find(section, `[data-counter="${name}"]`).textContent = format(counters[name]);
  }
}

/** @param {string} id */
function addSection(id) {
  const template = /** @type {HTMLTemplateElement} */ (byId('room'));
  const section = /** @type {HTMLElement} */ (find(template.content, 'section').cloneNode(true));
  const title = find(section, 'h2');
  title.id = `title-of-${id}`;
  section.setAttribute('aria-labelledby', title.id);
  find(section, 'dl').append(...COUNTER_NAMES.map(createCounter));

  const form = find(section, 'form');
  const button = /** @type {HTMLButtonElement} */ (find(form, 'button'));
  const number = /** @type {HTMLInputElement} */ (find(form, 'input'));
  number.addEventListener('input', () => {
    button.textContent = number.validity.valid ? `Let ${format(number.valueAsNumber)} in` : 'Let in';
  });
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      await letIn(id, section, number.valueAsNumber);
    } catch (error) {
      if (isSignedIn()) say('trouble', `Nobody was let in: ${messageOf(error)}`);
    }
    button.disabled = false;
    button.focus();
  });

  sections.set(id, section);
  byId('rooms').append(section);
  return section;
}

/** @param {CounterName} name */
function createCounter(name) {
  const pair = document.createElement('div');
  const term = document.createElement('dt');
  const value = document.createElement('dd');
  term.textContent = COUNTERS[name];
  value.dataset.counter = name;
  pair.append(term, value);
  return pair;
}

/**
 * @param {string} id
 * @param {HTMLElement} section
 * @param {number} wanted
 */
async function letIn(id, section, wanted) {
  const isByNumbers = section.dataset.unit === 'numbers';
  // Browsers offer crypto.randomUUID on https and localhost only.
  const key = Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join('-');
  const counters = /** @type {Counters & { raised_by: number }} */ (
    await call(`/rooms/${id}/serving-counter`, {
      method: 'POST',
      body: isByNumbers ? { increment_by: wanted } : { people: wanted },
      headers: { 'Idempotency-Key': key },
    })
  );
  showCounters(section, counters);
  const room = find(section, 'h2').textContent;
  const raised = counters.raised_by;
  const outcome = `${room}: serving counter raised by ${format(raised)} to ${format(counters.serving)}.`;
  say('trouble', '');
  // A raise over people passes over absent visitors, and serves visitors who came back without a move of the counter.
  const isShort = isByNumbers || counters.waiting === 0 ? raised < wanted : raised === 0;
  say('news', isShort ? `${outcome} There is no room for more.` : outcome);
}
