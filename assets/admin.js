/** The operator's page: asks for the token, shows each room's counters, lets people in. */

const EVERY = 2000;
const KEY = 'anteroom-admin-token';

/** The counters in the order in which they are shown, and what they are called. */
const COUNTERS = {
  waiting: 'Waiting',
  present: 'Present',
  active: 'Inside',
  serving: 'Served up to',
  queue: 'Numbers issued',
  claimed: 'Admitted in total',
  completed: 'Completed',
  abandoned: 'Abandoned',
  expired: 'Missed their turn',
};

const byId = (id) => document.getElementById(id);
const format = (number) => new Intl.NumberFormat('en').format(number);

/** The sections on the page, by the room's id. */
const sections = new Map();
let timer;

byId('sign-in').addEventListener('submit', (event) => {
  event.preventDefault();
  sessionStorage.setItem(KEY, byId('token').value.trim());
  byId('token').value = '';
  open();
});

byId('sign-out').addEventListener('click', () => signOut(''));

if (sessionStorage.getItem(KEY)) open();
else signOut('');

function open() {
  byId('sign-in').hidden = true;
  byId('sign-out').hidden = false;
  say('trouble', '');
  refresh();
}

function signOut(why) {
  clearTimeout(timer);
  sessionStorage.removeItem(KEY);
  for (const section of sections.values()) section.remove();
  sections.clear();
  byId('none').hidden = true;
  byId('sign-out').hidden = true;
  byId('sign-in').hidden = false;
  say('news', '');
  say('trouble', why);
  byId('token').focus();
}

/** Says something once: writing the same again would have a screen reader repeat it. */
function say(id, text) {
  if (byId(id).textContent !== text) byId(id).textContent = text;
}

/** Calls the API; rejects with the problem's own words. A token that is not taken ends the session. */
async function call(path, { method = 'GET', body, headers = {} } = {}) {
  const response = await fetch(`v1${path}`, {
    method,
    cache: 'no-store',
    headers: {
      Authorization: `Bearer ${sessionStorage.getItem(KEY) ?? ''}`,
      ...(body ? { 'Content-Type': 'application/json' } : {}),
      ...headers,
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const answer = await response.json().catch(() => null);
  if (response.ok) return answer;
  if (response.status === 401) signOut('Anteroom did not accept this token.');
  throw new Error(answer?.detail ?? answer?.title ?? `The server answered with status ${response.status}.`);
}

async function refresh() {
  clearTimeout(timer);
  try {
    const rooms = await call('/rooms');
    const counters = await Promise.all(rooms.map((room) => call(`/rooms/${room.id}/counters`)));
    show(rooms, counters);
    say('trouble', '');
  } catch (error) {
    if (sessionStorage.getItem(KEY)) say('trouble', `Could not load the rooms: ${error.message}`);
  }
  if (sessionStorage.getItem(KEY)) timer = setTimeout(refresh, EVERY);
}

function show(rooms, counters) {
  if (!sessionStorage.getItem(KEY)) return;
  byId('none').hidden = rooms.length > 0;
  for (const [id, section] of sections) {
    if (rooms.some((room) => room.id === id)) continue;
    section.remove();
    sections.delete(id);
  }
  rooms.forEach((room, index) => {
    const section = sections.get(room.id) ?? addSection(room.id);
    const size = room.inlet.size === undefined ? '' : `, ${format(room.inlet.size)} inside at most`;
    section.querySelector('h2').textContent = room.title;
    section.querySelector('.facts').textContent = `${room.id}: ${room.mode}, inlet ${room.inlet.strategy}${size}`;
    showCounters(section, counters[index]);
  });
}

function showCounters(section, counters) {
  for (const name of Object.keys(COUNTERS)) {
    section.querySelector(`[data-counter="${name}"]`).textContent = format(counters[name]);
  }
}

function addSection(id) {
  const section = byId('room').content.firstElementChild.cloneNode(true);
  const title = section.querySelector('h2');
  title.id = `title-of-${id}`;
  section.setAttribute('aria-labelledby', title.id);
  section.querySelector('dl').append(
    ...Object.entries(COUNTERS).map(([name, label]) => {
      const pair = document.createElement('div');
      const term = document.createElement('dt');
      const value = document.createElement('dd');
      term.textContent = label;
      value.dataset.counter = name;
      pair.append(term, value);
      return pair;
    }),
  );

  const form = section.querySelector('form');
  const button = form.querySelector('button');
  const number = form.querySelector('input');
  number.addEventListener('input', () => {
    button.textContent = number.validity.valid ? `Let ${format(number.valueAsNumber)} in` : 'Let in';
  });
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      await letIn(id, section, number.valueAsNumber);
    } catch (error) {
      if (sessionStorage.getItem(KEY)) say('trouble', `Nobody was let in: ${error.message}`);
    }
    button.disabled = false;
    button.focus();
  });

  sections.set(id, section);
  byId('rooms').append(section);
  return section;
}

async function letIn(id, section, wanted) {
  // crypto.randomUUID is there on https and localhost only.
  const key = Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join('-');
  const counters = await call(`/rooms/${id}/serving-counter`, {
    method: 'POST',
    body: { increment_by: wanted },
    headers: { 'Idempotency-Key': key },
  });
  showCounters(section, counters);
  const room = section.querySelector('h2').textContent;
  const raised = counters.raised_by;
  const outcome = `${room}: serving counter raised by ${format(raised)} to ${format(counters.serving)}.`;
  say('trouble', '');
  say('news', raised < wanted ? `${outcome} There is no room for more.` : outcome);
}
