// The shop in the browser: it waits by itself, without leaving the page.

const { anteroom, room } = document.documentElement.dataset;
const { join, resume } = await import(`${anteroom}/client.js`);
const at = `${anteroom}/rooms/${room}`;
const TICKET = 'ticket';

const say = (id, text) => {
  document.getElementById(id).textContent = text;
};
const show = (name) => {
  for (const section of document.querySelectorAll('section')) section.hidden = section.id !== name;
};

const options = {
  onContact: (reachable) => say('contact', reachable ? '' : 'The line cannot be reached. Your place is kept.'),
};
let visit;
let tokens;

/** A ticket that was kept goes on; one that is worth nothing any more is forgotten. */
async function wait() {
  const kept = localStorage.getItem(TICKET);
  visit = kept ? resume(at, kept, options) : await join(at, options);
  localStorage.setItem(TICKET, visit.ticket);
  show('line');
  try {
    for await (const { state, number, people_ahead, rejoin } of visit.facts()) {
      say('number', number ?? 'not drawn yet');
      say('ahead', people_ahead);
      say('state', state);
      localStorage.setItem(TICKET, visit.ticket);
      document.getElementById('rejoin').hidden = state !== 'expired' || rejoin !== 'on_request';
      if (state === 'served') break;
    }
    tokens = await visit.claim();
    show('buy');
  } catch (error) {
    localStorage.removeItem(TICKET);
    say('error', error.message);
    show('start');
  }
}

async function buy() {
  const answer = await fetch('/api/orders', {
    method: 'POST',
    headers: { Authorization: `Bearer ${tokens.access_token}` },
  });
  if (!answer.ok) return say('sold', 'Your time is over.');
  const { order } = await answer.json();
  say('sold', `Order ${order} is yours.`);
  // Done: the place goes to the next in line.
  await leave();
}

async function leave() {
  localStorage.removeItem(TICKET);
  await visit.leave();
}

const on = (id, act) => document.getElementById(id).addEventListener('click', act);
on('join', wait);
on('order', buy);
on('rejoin', () => visit.rejoin());
on('leave', async () => {
  await leave();
  location.reload();
});
if (localStorage.getItem(TICKET)) wait();
