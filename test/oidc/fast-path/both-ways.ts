/**
 * Sends one request both ways: to a service that may take the fast path, and to a twin with the same settings and clock
 * whose path ends with a slash, which only oidc-provider answers. What the two answer is described without what has to
 * differ: random ids and the port.
 */
import { type IncomingHttpHeaders, request } from 'node:http';
import type { RunningService } from '#support/on-each-store.ts';
import { serviceOn } from '#support/on-each-store.ts';
import { REDIRECT_URI, SECRET } from '#support/relying-party.ts';
import { embeddedStore } from '#support/stores.ts';
import type { Time } from '#support/time.ts';

/** All requests of a test come from one address. */
const limits = { joins_per_address: '1000000/1m', unproven_per_address: 10_000 };

export const rooms = [
  { id: 'sale', title: 'Spring sale', limits },
  { id: 'free', inlet: { strategy: 'max-size', size: 1_000_000 } },
  { id: 'limited', limits: { joins_per_address: '3/1m', unproven_per_address: 2 } },
  { id: 'checked', challenge: 'always' },
  { id: 'small', capacity: 3 },
  {
    id: 'ruled',
    limits,
    rules: [
      { match: { path: '/refused' }, action: 'refuse' },
      { match: { path: '/checked' }, action: 'challenge' },
      { match: { path: '/free' }, action: 'bypass' },
    ],
  },
  { id: 'members', passes: { required: true, jwks_uri: 'https://127.0.0.1:9/jwks', issuer: 'https://shop.example' } },
  { id: 'closed', mode: 'closed' },
  { id: 'paused', mode: 'paused', limits },
  { id: 'framed', frames: 'same-site', limits },
];

const confidential = { client_secret: SECRET, redirect_uris: [REDIRECT_URI, 'https://shop.example/cb?a=1'] };
export const relying_parties = [
  ...rooms.map(({ id }) => ({ client_id: id, room: id, ...confidential })),
  { client_id: 'app', room: 'sale', redirect_uris: ['com.example.app:/callback', REDIRECT_URI] },
  { client_id: 'alb', room: 'sale', profile: 'alb', ...confidential },
  { client_id: 'api', room: 'sale', resources: ['https://api.example/'], ...confidential },
  { client_id: 'envoy', room: 'sale', profile: 'envoy', ...confidential },
  { client_id: 'nowhere', room: 'sale', ...confidential },
];

export interface Outcome {
  readonly status: number;
  readonly location: string;
  readonly cookies: readonly string[];
  readonly headers: IncomingHttpHeaders;
  readonly ticket: unknown;
  readonly text: string;
}

export interface BothWays {
  readonly fast: RunningService;
  readonly long: RunningService;
  readonly time: Time;
  /** How many requests the fast path answered. */
  readonly taken: () => number;
  /** A browser on either side, with cookies of its own. */
  browser(): BothBrowsers;
  /** Both answers to a query of /authorize. */
  ask(query: string, headers?: Record<string, string>, browser?: BothBrowsers): Promise<readonly [Outcome, Outcome]>;
}

export interface BothBrowsers {
  readonly fast: Map<string, string>;
  readonly long: Map<string, string>;
}

const NAVIGATION = { Accept: 'text/html,*/*;q=0.8', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' };
/** What describes the body and the connection, not the answer. */
const OF_THE_BODY = ['content-length', 'content-type', 'date', 'connection', 'keep-alive', 'location', 'set-cookie'];

export function bothWays(): BothWays {
  let at = 1_800_000_000_000;
  const time: Time = {
    now: () => at,
    pass: (milliseconds) => {
      at += milliseconds;
    },
  };
  const open = () => embeddedStore(time.now);
  const settings = { rooms, relying_parties, time };
  const [fast, long] = [serviceOn(open, settings), serviceOn(open, settings)];
  let taken = 0;

  async function send(
    service: RunningService,
    path: string,
    given: Record<string, string>,
    jar: Map<string, string>,
  ): Promise<Outcome> {
    const own = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const cookie = [own, given.Cookie ?? ''].filter(Boolean).join('; ');
    const headers = { ...NAVIGATION, ...given, ...(cookie ? { Cookie: cookie } : {}) };
    const answer = await exchange(service.listensOn, path, headers);
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [pair = ''] = line.split(';');
      jar.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    }
    return describeAnswer(service, answer);
  }

  return {
    fast,
    long,
    time,
    taken: () => taken,
    browser: () => ({ fast: new Map(), long: new Map() }),
    async ask(query, headers = {}, browser = { fast: new Map(), long: new Map() }) {
      const one = await send(fast, `/authorize?${query}`, headers, browser.fast);
      const other = await send(long, `/authorize/?${query}`, headers, browser.long);
      // Only the fast path redirects without a text.
      if (one.status === 303 && one.text === '') taken += 1;
      const withoutText = (outcome: Outcome) => (outcome.status === 303 ? { ...outcome, text: '' } : outcome);
      return [withoutText(one), withoutText(other)];
    },
  };
}

interface Exchanged {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

function exchange(base: string, path: string, headers: Record<string, string>): Promise<Exchanged> {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    const req = request({ hostname, port, path, headers, agent: false }, (res) => {
      let text = '';
      res.setEncoding('utf8');
      res.on('data', (chunk: string) => {
        text += chunk;
      });
      res.on('end', () => resolve({ status: res.statusCode ?? 0, headers: res.headers, text }));
      res.on('error', reject);
    });
    req.on('error', reject);
    req.end();
  });
}

function describeAnswer(service: RunningService, { status, headers, text }: Exchanged): Outcome {
  const neutral = (value: string) =>
    value
      .replaceAll(new URL(service.listensOn).host, 'HOST')
      .replaceAll(encodeURIComponent(new URL(service.listensOn).host), 'HOST')
      .replace(/expires=[^;]+/g, 'expires=…')
      .replace(/(anteroom_stamp|anteroom_owner|code)=[\w-]+/g, '$1=…')
      .replace(/(name="code" value=)"[\w-]+"/, '$1"…"')
      .replace(/\/authorize\/\?/g, '/authorize?');
  const set = headers['set-cookie'] ?? [];
  return {
    status,
    location: neutral(headers.location ?? ''),
    cookies: set.map((line) => neutral(line.replace(/=[^;]*/, ''))),
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_THE_BODY.includes(name))),
    ticket: set.map((line) => ticketIn(service, line)).find(Boolean) ?? null,
    text: neutral(text),
  };
}

/** What a `Set-Cookie` value gives a visitor, without the random ids. */
function ticketIn(service: RunningService, line: string): unknown {
  const [, room = '', sealed = ''] = /^anteroom_ticket_([a-z]+)=([^;]+)/.exec(line) ?? [];
  const ticket = sealed && service.waitingRoom.tickets.open(sealed, room);
  if (!ticket) return null;
  const { visitor: _visitor, incarnation: _incarnation, ...others } = ticket;
  return others;
}
