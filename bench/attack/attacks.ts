/** The attacks on a room, one a function. Each has honest visitors beside the attacker, and a verdict. */
import { setTimeout as delay } from 'node:timers/promises';
import { createBrowser } from '../../crowd/browser.ts';
import { CLIENT } from '../stand.ts';
import { addressesFrom, createPass, follow, join, many, mean, SECOND, type Target, visit } from './people.ts';

export interface Verdict {
  readonly attack: string;
  readonly attacker: string;
  readonly honest: string;
  readonly isHeld: boolean;
}

/** Of rooms that an attacker fills, in seconds. */
export const WINDOW = 5;
const SITE = 'https://shop.example/';
const BOTNET = addressesFrom(11, 300);
const HONEST = addressesFrom(90, 256);
const seconds = (milliseconds: number) => `${(milliseconds / SECOND).toFixed(1)} s`;

type Navigate = (from: string, headers?: Record<string, string>) => Promise<unknown>;

const authorizeUrl = ({ url }: Target, n: number) =>
  `${url}/authorize?${new URLSearchParams({
    ...{ client_id: CLIENT.id, response_type: 'code', scope: 'openid', redirect_uri: CLIENT.redirectUri },
    ...{ state: `s${n}`, nonce: `n${n}`, code_challenge_method: 'S256' },
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  })}`;
const enterUrl = ({ url }: Target, room: string) => `${url}/rooms/${room}/enter?return_to=${encodeURIComponent(SITE)}`;
const gateHeaders = (uri: string) => ({
  ...{ 'X-Forwarded-Method': 'GET', 'X-Forwarded-Proto': 'https' },
  ...{ 'X-Forwarded-Host': 'shop.example', 'X-Forwarded-Uri': uri },
});
const get = (url: string, headers: Record<string, string>) =>
  createBrowser()
    .get(url, headers)
    .catch(() => undefined);

/** Requests without cookies take places and use none. */
export async function cookieless(target: Target, room: string): Promise<Verdict> {
  const navigate: Record<string, Navigate> = {
    'held-authorize': (from) => get(authorizeUrl(target, 1), { 'X-Forwarded-For': from }),
    'held-api': (from) => join(target, room, from),
    'held-enter': (from) => get(enterUrl(target, room), { 'X-Forwarded-For': from }),
    'held-gate': (from) =>
      get(`${target.url}/rooms/${room}/gate/check`, { 'X-Forwarded-For': from, ...gateHeaders('/buy') }),
  };
  await many(200, async (n) => navigate[room]?.(BOTNET[n % 20] ?? ''));
  const { body } = await target.admin(room, 'GET', '/counters');
  const wait = await visit(target, room, HONEST[0] ?? '').wait;
  return {
    attack: `200 requests without cookies at ${room.slice(5)}, a room of 50`,
    attacker: `${body.active} places, for ${WINDOW} s`,
    honest: `in after ${seconds(wait)}`,
    isHeld: wait < (WINDOW + 7) * SECOND,
  };
}

export async function flood(target: Target, room: string): Promise<Verdict> {
  let joined = 0;
  await many(1000, async () => {
    if ((await join(target, room, '192.0.2.1')).status === 201) joined += 1;
  });
  const wait = await visit(target, room, HONEST[1] ?? '').wait;
  return {
    attack: '1,000 joins of one address',
    attacker: `${joined} numbers`,
    honest: `in after ${seconds(wait)}`,
    isHeld: joined <= 150 && wait < 15 * SECOND,
  };
}

/** The operator, or an inlet, raises by two people a second. */
export async function silent(target: Target, room: string): Promise<Verdict> {
  await many(300, (n) => join(target, room, BOTNET[n] ?? ''));
  const operator = setInterval(() => void target.admin(room, 'POST', '/serving-counter', { people: 2 }), SECOND);
  if (room !== 'silent-manual') clearInterval(operator);
  try {
    const visits = HONEST.slice(0, 10).map((from) => visit(target, room, from).wait);
    const waits = await Promise.all(visits);
    return {
      attack: `300 silent joins, ${room.slice(7)} inlet`,
      attacker: 'nothing',
      honest: `10 of 10 in, the last after ${seconds(Math.max(...waits))}`,
      isHeld: Math.max(...waits) < 30 * SECOND,
    };
  } finally {
    clearInterval(operator);
  }
}

/** Numbers that were taken early and never present come back after honest visitors came. */
export async function returned(target: Target, calm: string, attacked: string): Promise<Verdict> {
  const early = BOTNET.slice(0, 50);
  const tickets = await Promise.all(early.map((from) => join(target, attacked, from)));
  // Later, a number that was never heard of is no newcomer's.
  await delay(17 * SECOND);
  const visits = [calm, attacked].map((room) =>
    HONEST.slice(0, 30).map(async (from, n) => visit(target, room, from, await createPass(`${room}-${n}`)).wait),
  );
  await delay(2 * SECOND);
  const haul = { joined: 0, admitted: 0 };
  const operator = setInterval(() => {
    for (const room of [calm, attacked]) void target.admin(room, 'POST', '/serving-counter', { people: 1 });
  }, SECOND / 2);
  const back = delay(2 * SECOND).then(() =>
    tickets.map((ticket, n) => follow(target, attacked, early[n] ?? '', ticket, haul).catch(() => undefined)),
  );
  const [calmWaits = [], waits = []] = await Promise.all(visits.map((each) => Promise.all(each)));
  clearInterval(operator);
  await back;
  const rise = mean(waits) / mean(calmWaits);
  return {
    attack: '50 early numbers, never present, come back (front)',
    attacker: `${haul.admitted} places before the last honest one`,
    honest: `${seconds(mean(waits))} on average, × ${rise.toFixed(2)}`,
    isHeld: rise <= 1.15,
  };
}

export async function draw(target: Target, room: string): Promise<Verdict> {
  await many(300, (n) => join(target, room, BOTNET[n] ?? ''));
  const entrants = HONEST.slice(0, 10).map(async (from, n) => visit(target, room, from, await createPass(`d${n}`)));
  const numbers = await Promise.all((await Promise.all(entrants)).map(({ number }) => number));
  const last = Math.max(...numbers);
  return {
    attack: '300 entrants of a draw without a heartbeat',
    attacker: `${last - 10} of the first ${last} numbers`,
    honest: `10 numbers up to ${last}`,
    isHeld: last === 10,
  };
}

/** The cookies of a browser that is inside, in twenty others; and a ticket of the API, claimed twenty times. */
export async function copies(target: Target, room: string): Promise<Verdict> {
  const from = { 'X-Forwarded-For': '192.0.2.9' };
  const check = (uri: string, cookie?: string) =>
    createBrowser().get(`${target.url}/rooms/${room}/gate/check`, {
      ...from,
      ...gateHeaders(uri),
      ...(cookie ? { Cookie: cookie } : {}),
    });
  const enter = async (browser: ReturnType<typeof createBrowser>): Promise<string | null> => {
    for (let url = enterUrl(target, room), step = 0; step < 6; step++) {
      const { location } = await browser.get(url, from);
      if (!location.startsWith(target.url)) return location.startsWith(SITE) ? location : null;
      url = location;
    }
    return null;
  };
  const original = createBrowser();
  const urls = [await enter(original)];
  const others = Array.from({ length: 20 }, () => {
    const copy = createBrowser();
    for (const [name, value] of original.cookies) copy.cookies.set(name, value);
    return copy;
  });
  for (const copy of others) urls.push(await enter(copy));
  const sessions = await Promise.all(
    urls.map(async (url) => {
      if (url === null) return '';
      const { pathname, search } = new URL(url);
      return (await check(pathname + search)).headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    }),
  );
  const inside = await Promise.all(sessions.map(async (cookie) => (await check('/', cookie)).status === 204));
  const { body } = await join(target, room, '192.0.2.10');
  let tokens = 0;
  await many(20, async () => {
    const { status } = await target.call(room, 'POST', '/tickets/self/claim', {
      from: '192.0.2.10',
      ticket: body.ticket,
    });
    if (status === 200) tokens += 1;
  });
  const count = inside.filter(Boolean).length;
  return {
    attack: 'one cookie in 20 more browsers, one ticket claimed 20 times',
    attacker: `${count} browsers inside, ${tokens} answers with tokens`,
    honest: inside[0] ? 'the first browser is inside' : 'the first browser is out',
    isHeld: count <= 3 && tokens <= 3 && tokens > 0 && inside[0] === true,
  };
}

/**
 * A page of another site makes the browsers of its visitors join, by fetch and by frames. Half of the browsers send no
 * fetch metadata.
 */
export async function crossSite(target: Target, room: string): Promise<Verdict> {
  const frame = { 'Sec-Fetch-Dest': 'iframe', 'Sec-Fetch-Site': 'cross-site', Referer: 'https://evil.example/' };
  const earlier = { Origin: 'https://evil.example', 'Sec-Fetch-Mode': '' };
  const before = (await target.admin('held-authorize', 'GET', '/counters')).body.queue;
  await many(50, async (n) => {
    const from = { 'X-Forwarded-For': BOTNET[n + 100] ?? '' };
    const shown = n % 2 === 0 ? frame : { ...earlier, ...(n % 4 === 1 ? { Accept: '*/*' } : {}) };
    await get(enterUrl(target, room), { ...from, ...shown });
    await get(authorizeUrl(target, n), { ...from, ...shown });
    const headers = n % 2 === 0 ? { ...earlier, 'Sec-Fetch-Site': 'cross-site' } : earlier;
    await target.call(room, 'POST', '/tickets', { from: BOTNET[n + 100] ?? '', headers });
  });
  const joined = (await target.admin(room, 'GET', '/counters')).body.queue;
  const atAuthorize = (await target.admin('held-authorize', 'GET', '/counters')).body.queue - before;
  const wait = await visit(target, room, HONEST[2] ?? '').wait;
  return {
    attack: "50 views of another site's page, by fetch and frames",
    attacker: `${joined + atAuthorize} numbers`,
    honest: `in after ${seconds(wait)}`,
    isHeld: joined + atAuthorize === 0,
  };
}

/** Not an attack: a hall's Wi-Fi, and an office whose browsers have no scripts. */
export async function oneAddress(target: Target, hall: string, office: string): Promise<Verdict> {
  const waits = await Promise.all(Array.from({ length: 30 }, () => visit(target, hall, '192.0.2.77').wait));
  let inside = 0;
  await many(20, async () => {
    if ((await join(target, office, '192.0.2.78')).body.state === 'served') inside += 1;
  });
  return {
    attack: 'none: 30 with scripts behind one address, 20 without',
    attacker: '',
    honest: `30 of 30 in, the last after ${seconds(Math.max(...waits))}; ${inside} of 20 in at once`,
    isHeld: Math.max(...waits) < 20 * SECOND && inside === 20,
  };
}
