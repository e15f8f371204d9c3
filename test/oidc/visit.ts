/** Steps that the provider's tests share: arrive, be admitted, return to the relying party. */
import type { Answer, Browser } from '#support/browser.ts';
import { createBrowser } from '#support/browser.ts';
import { type Login, type LoginOptions, REDIRECT_URI, SECRET, startLogin } from '#support/relying-party.ts';
import type { TestService } from '#support/service.ts';

/** Many tests exchange no code, and confirming an admission has tests of its own. */
export const rooms = [
  {
    id: 'sale',
    title: 'Spring sale',
    admission: { lifetime: '10m', confirm_window: '0s' },
    // All visitors of a test file have one address.
    limits: { unproven_per_address: 1000 },
  },
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

/** How the admission of `sub` to the sale can end. */
export const ENDS: readonly [how: string, end: (service: TestService, sub: string) => unknown][] = [
  ['expired', (service) => service.time.pass(LIFETIME)],
  [
    'the site ended',
    (service, sub) => service.waitingRoom.operations.exits('sale', { exited: 0, completed: [sub], abandoned: [] }),
  ],
  ['ended with a reset of the room', (service) => service.waitingRoom.operations.reset('sale')],
  ['ended with the deletion of the room', (service) => service.waitingRoom.operations.deleteRoom('sale')],
];

export interface Visit {
  readonly browser: Browser;
  readonly login: Login;
  /** The redirect URI with its query, as the browser was sent there. */
  readonly callback: string;
}

/** Arrives, waits, is served, claims, and returns to the relying party. */
export async function goIn(service: TestService, options: LoginOptions & { browser?: Browser; room?: string } = {}) {
  const { browser = createBrowser(), room = 'sale' } = options;
  const login = await startLogin(service.issuer, options);
  const first = await browser.get(login.url);
  if (isBack(first)) return { browser, login, callback: first.location } satisfies Visit;
  await service.waitingRoom.operations.raise(room, 1_000);
  const claimed = await browser.post(first.location);
  const back = isBack(claimed) ? claimed : await browser.follow(claimed.location, service.issuer);
  // Other visitors find no free place.
  await closeDoor(service, room);
  return { browser, login, callback: back.location } satisfies Visit;
}

/** Takes back all credits, so that newcomers wait. */
export async function closeDoor(service: TestService, room = 'sale'): Promise<void> {
  const { queue, serving } = await service.waitingRoom.operations.counters(room);
  if (serving > queue) await service.waitingRoom.operations.raise(room, queue - serving);
}

/** Starts another login with the same browser. */
export async function comeBack(service: TestService, browser: Browser, options: LoginOptions = {}) {
  const login = await startLogin(service.issuer, options);
  const answer = await goRound(browser, await browser.get(login.url));
  return { login, answer, ...read(answer) };
}

/** Follows the redirects of a browser that is sent round, as its serial came before. */
export async function goRound(browser: Browser, first: Answer): Promise<Answer> {
  let answer = first;
  while (answer.location.includes('anteroom_round=')) answer = await browser.get(answer.location);
  return answer;
}

export interface Outcome {
  readonly outcome: 'waits' | 'code' | 'error' | 'page';
  readonly params: URLSearchParams;
}

/** Reads an answer of /authorize. */
export function read(answer: Answer): Outcome {
  const params = new URLSearchParams(answer.location.split('?')[1] ?? '');
  if (/\/rooms\/[a-z-]+\/wait\?/.test(answer.location)) return { outcome: 'waits', params };
  if (isBack(answer)) return { outcome: params.has('code') ? 'code' : 'error', params };
  return { outcome: 'page', params };
}

function isBack(answer: Answer): boolean {
  return answer.location.startsWith(REDIRECT_URI);
}

/** How many numbers the room issued. */
export async function numbersGiven(service: TestService, room = 'sale'): Promise<number> {
  return (await service.waitingRoom.operations.counters(room)).queue;
}
