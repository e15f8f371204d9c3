/** What tests of the provider do all the time: come, be let in, go on to the relying party. */
import type { Answer, Browser } from '#support/browser.ts';
import { createBrowser } from '#support/browser.ts';
import { type Login, type LoginOptions, REDIRECT_URI, SECRET, startLogin } from '#support/relying-party.ts';
import type { TestService } from '#support/service.ts';

export const rooms = [
  { id: 'sale', title: 'Spring sale', admission: { lifetime: '10m' } },
  { id: 'other', title: 'Another sale' },
];

export const relying_parties = [
  { client_id: 'shop', client_secret: SECRET, room: 'sale', redirect_uris: [REDIRECT_URI] },
  { client_id: 'kiosk', client_secret: SECRET, room: 'sale', redirect_uris: [REDIRECT_URI] },
  { client_id: 'app', room: 'sale', redirect_uris: [REDIRECT_URI] },
  { client_id: 'elsewhere', client_secret: SECRET, room: 'other', redirect_uris: [REDIRECT_URI] },
];

/** How long an admission to the sale lasts, in ms. */
export const LIFETIME = 10 * 60_000;

/** The ways in which the admission of `sub` to the sale ends. */
export const ENDS: readonly [how: string, end: (service: TestService, sub: string) => unknown][] = [
  ['ran out', (service) => service.time.pass(LIFETIME)],
  [
    'was ended by the site',
    (service, sub) => service.waitingRoom.operations.exits('sale', { exited: 0, completed: [sub], abandoned: [] }),
  ],
  ['fell to a reset of the room', (service) => service.waitingRoom.operations.reset('sale')],
  ['fell to the end of the room', (service) => service.waitingRoom.operations.deleteRoom('sale')],
];

export interface Visit {
  readonly browser: Browser;
  readonly login: Login;
  /** The redirect URI as the browser was sent to it. */
  readonly callback: string;
}

/** Comes, waits, is let in, claims, and is back at the relying party. */
export async function goIn(service: TestService, options: LoginOptions & { browser?: Browser; room?: string } = {}) {
  const { browser = createBrowser(), room = 'sale' } = options;
  const login = await startLogin(service.issuer, options);
  const first = await browser.get(login.url);
  if (isBack(first)) return { browser, login, callback: first.location } satisfies Visit;
  await service.waitingRoom.operations.raise(room, 1_000);
  const claimed = await browser.post(first.location);
  const back = isBack(claimed) ? claimed : await browser.follow(claimed.location, service.issuer);
  // Nobody else finds a place that nobody let them into.
  await closeDoor(service, room);
  return { browser, login, callback: back.location } satisfies Visit;
}

/** Takes back what the serving counter has ahead of the line: newcomers wait. */
export async function closeDoor(service: TestService, room = 'sale'): Promise<void> {
  const { queue, serving } = await service.waitingRoom.operations.counters(room);
  if (serving > queue) await service.waitingRoom.operations.raise(room, queue - serving);
}

/** Asks again, as a browser that is sent to the identity provider once more. */
export async function comeBack(service: TestService, browser: Browser, options: LoginOptions = {}) {
  const login = await startLogin(service.issuer, options);
  const answer = await browser.get(login.url);
  return { login, answer, ...read(answer) };
}

export interface Outcome {
  readonly outcome: 'waits' | 'code' | 'error' | 'page';
  readonly params: URLSearchParams;
}

/** What an answer of /authorize comes to. */
export function read(answer: Answer): Outcome {
  const params = new URLSearchParams(answer.location.split('?')[1] ?? '');
  if (/\/rooms\/[a-z-]+\/wait\?/.test(answer.location)) return { outcome: 'waits', params };
  if (isBack(answer)) return { outcome: params.has('code') ? 'code' : 'error', params };
  return { outcome: 'page', params };
}

function isBack(answer: Answer): boolean {
  return answer.location.startsWith(REDIRECT_URI);
}

/** Numbers that were given in a room. */
export async function numbersGiven(service: TestService, room = 'sale'): Promise<number> {
  return (await service.waitingRoom.operations.counters(room)).queue;
}
