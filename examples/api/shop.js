// The shop in the browser. Visitors wait on the shop's own page.

/** @import { Tokens, Visit } from '../../assets/client.d.ts' */

const { anteroom, room } = document.documentElement.dataset;
/** @type {Promise<typeof import('../../assets/client.d.ts')>} */
const client = import(`${anteroom}/client.js`);
const roomUrl = `${anteroom}/rooms/${room}`;
const TICKET_KEY = 'ticket';

/** @param {string} id */
const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
/** @type {(id: string, text: string) => void} */
const say = (id, text) => {
  byId(id).textContent = text;
};
/** @param {string} id */
const showSection = (id) => {
  for (const section of document.querySelectorAll('section')) section.hidden = section.id !== id;
};

const options = {
  /** @param {boolean} isReachable */
  onContact: (isReachable) =>
    say('contact', isReachable ? '' : 'We cannot reach the waiting room right now. You keep your place.'),
};
/** @type {Visit | undefined} */
let visit;
/** @type {Tokens | undefined} */
let tokens;

/** Continues with the ticket of an earlier visit, or joins. An invalid ticket is dropped. */
async function wait() {
  const { join, resume } = await client;
  const kept = localStorage.getItem(TICKET_KEY);
  visit = kept ? resume(roomUrl, kept, options) : await join(roomUrl, options);
  localStorage.setItem(TICKET_KEY, visit.ticket);
  showSection('line');
  try {
    for await (const { state, number, people_ahead, rejoin } of visit.facts()) {
      say('number', number === null ? 'not drawn yet' : String(number));
      say('ahead', String(people_ahead));
      say('state', state);
      localStorage.setItem(TICKET_KEY, visit.ticket);
      byId('rejoin').hidden = state !== 'expired' || rejoin !== 'on_request';
      if (state === 'served') break;
    }
    tokens = await visit.claim();
    // It is another one after a claim.
    localStorage.setItem(TICKET_KEY, visit.ticket);
    showSection('buy');
  } catch (error) {
    localStorage.removeItem(TICKET_KEY);
    say('error', error instanceof Error ? error.message : String(error));
    showSection('start');
  }
}

async function buy() {
  const answer = await fetch('/api/orders', {
    method: 'POST',
    headers: { Authorization: `Bearer ${tokens?.access_token}` },
  });
  if (!answer.ok) return say('sold', 'Your time is over.');
  const { order } = await answer.json();
  say('sold', `Order ${order} is yours.`);
  // Frees the place for the next person in line.
  await leave();
}

async function leave() {
  localStorage.removeItem(TICKET_KEY);
  await visit?.leave();
}

/** @type {(id: string, act: () => void) => void} */
const onClick = (id, act) => byId(id).addEventListener('click', act);
onClick('join', wait);
onClick('order', buy);
onClick('rejoin', () => visit?.rejoin());
onClick('leave', async () => {
  await leave();
  location.reload();
});
if (localStorage.getItem(TICKET_KEY)) wait();
