/** Those who come to a sale over HTTP: honest visitors, who do what the waiting page does, and an attacker. */
import { setTimeout as delay } from 'node:timers/promises';
import { SignJWT } from 'jose';
import { solve } from '../../assets/client.js';
import { ADMIN_TOKEN } from '../stand.ts';

export const SECOND = 1000;
/** Until the page has loaded, and between two looks at the shared status, in ms. */
const LOADS = SECOND;
const LOOKS = SECOND;
const BEATS = 30 * SECOND;
/** So often an attacker looks, in ms: with a heartbeat at each. */
const ATTACKER_LOOKS = 5 * SECOND;
/** Visitors of an attacker who are followed at once: a bound on its memory and its load. */
const FOLLOWED = 300;
/** Requests of an attacker that have no answer yet. Beyond them it waits: a bound on its load. */
const UNANSWERED = 200;

export const PASSES = { issuer: 'https://shop.example', secret: 'a-secret-of-the-shop-for-the-attack' };

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the body of any answer.
  readonly body: any;
}

export interface Caller {
  readonly from: string;
  readonly ticket?: string | undefined;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The service under attack, on loopback. */
export interface Target {
  readonly url: string;
  call(room: string, method: string, path: string, caller: Caller): Promise<Answer>;
  admin(room: string, method: string, path: string, body?: object): Promise<Answer>;
  /** The shared status, at most a second old, as all pages of a room have it. */
  serving(room: string): Promise<number>;
  /** Aborted when everybody is to go. */
  readonly signal: AbortSignal;
}

export function createTarget(url: string, signal: AbortSignal): Target {
  const statuses = new Map<string, { readonly at: number; readonly serving: Promise<number> }>();

  async function send(path: string, method: string, headers: Record<string, string>, body?: object): Promise<Answer> {
    const json = body === undefined ? {} : { 'Content-Type': 'application/json' };
    const answer = await fetch(url + path, {
      ...{ method, signal, redirect: 'manual', headers: { ...json, ...headers } },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const isJson = answer.headers.get('content-type')?.includes('json');
    return { status: answer.status, body: isJson && text ? JSON.parse(text) : null };
  }

  return {
    ...{ url, signal },
    call: (room, method, path, { from, ticket, body, headers = {} }) => {
      const bearer = ticket === undefined ? {} : { Authorization: `Bearer ${ticket}` };
      return send(`/rooms/${room}${path}`, method, { 'X-Forwarded-For': from, ...bearer, ...headers }, body);
    },
    admin: (room, method, path, body) =>
      send(`/admin/v1/rooms/${room}${path}`, method, { Authorization: `Bearer ${ADMIN_TOKEN}` }, body),
    serving(room) {
      const known = statuses.get(room);
      if (known && performance.now() - known.at < LOOKS) return known.serving;
      const serving = send(`/rooms/${room}/status`, 'GET', {}).then(({ body }) => body?.serving ?? 0);
      statuses.set(room, { at: performance.now(), serving });
      return serving;
    },
  };
}

/** Proves its bearer, as the page's work does, and costs the machine of the attack none. */
export function createPass(sub: string): Promise<string> {
  const claims = new SignJWT({}).setProtectedHeader({ alg: 'HS256' }).setIssuer(PASSES.issuer).setSubject(sub);
  return claims.setExpirationTime('1h').sign(Buffer.from(PASSES.secret));
}

async function proofOf(target: Target, room: string, from: string, ticket?: string): Promise<string> {
  const { body } = await target.call(room, 'GET', '/challenge', { from, ticket });
  return solve(body);
}

export async function join(target: Target, room: string, from: string, pass?: string): Promise<Answer> {
  return target.call(room, 'POST', '/tickets', { from, ...(pass ? { headers: { 'Anteroom-Pass': pass } } : {}) });
}

export interface Visit {
  /** Resolves with the number, as soon as the visitor has one. */
  readonly number: Promise<number>;
  /** Resolves with the wait in ms, once the visitor is inside. */
  readonly wait: Promise<number>;
}

/** An honest visitor comes, proves itself, waits and goes in. */
export function visit(target: Target, room: string, from: string, pass?: string): Visit {
  const numbered = Promise.withResolvers<number>();
  const call = (method: string, path: string, ticket?: string, body?: object) =>
    target.call(room, method, path, { from, ticket, ...(body ? { body } : {}) });

  async function wait(): Promise<number> {
    const since = performance.now();
    let { status, body: facts } = await join(target, room, from, pass);
    if (status === 429)
      ({ status, body: facts } = await call('POST', '/tickets', undefined, {
        proof: await proofOf(target, room, from),
      }));
    if (status !== 201) throw new Error(`an honest visitor was answered ${status} ${facts?.code}`);
    await delay(facts.state === 'served' ? 0 : LOADS);
    for (let beatAt = 0; ; await delay(LOOKS, undefined, { signal: target.signal })) {
      if (facts.number !== null) numbered.resolve(facts.number);
      const isDue = performance.now() - beatAt >= (facts.number === null ? ATTACKER_LOOKS : BEATS);
      if (!isDue && facts.state !== 'served' && (await target.serving(room)) < facts.number) continue;
      const { ticket } = facts;
      if (facts.state === 'served') {
        if ((await call('POST', '/tickets/self/claim', ticket)).status === 200) return performance.now() - since;
      }
      const path = facts.rejoin || facts.state === 'expired' ? '/tickets/self/rejoin' : '/tickets/self';
      beatAt = performance.now();
      facts = { ...facts, ...(await call(path.endsWith('rejoin') ? 'POST' : 'GET', path, ticket)).body };
      if (facts.proven === false) {
        const proof = await proofOf(target, room, from, facts.ticket);
        facts = { ...facts, ...(await call('POST', '/tickets/self/proof', facts.ticket, { proof })).body };
      }
    }
  }
  const waited = wait();
  waited.catch(numbered.reject);
  numbered.promise.catch(() => undefined);
  return { number: numbered.promise, wait: waited };
}

export interface Haul {
  /** Numbers and places that the attacker got. */
  joined: number;
  admitted: number;
}

/** Keeps a ticket present without a proof, rejoins, and takes each turn that it gets. */
export async function follow(target: Target, room: string, from: string, first: Answer, haul: Haul): Promise<void> {
  for (let facts = first.body; !target.signal.aborted; ) {
    const { ticket, state } = facts;
    if (state === 'served') {
      const claimed = await target.call(room, 'POST', '/tickets/self/claim', { from, ticket });
      if (claimed.status === 200) {
        haul.admitted += 1;
        return;
      }
    }
    const [method, path] = state === 'expired' ? ['POST', '/tickets/self/rejoin'] : ['GET', '/tickets/self'];
    facts = { ...facts, ...(await target.call(room, method, path, { from, ticket })).body };
    if (facts.state !== 'served') await delay(ATTACKER_LOOKS, undefined, { signal: target.signal });
  }
}

/** Joins so often a second for so many ms, keeps its visitors present, and takes each turn that it gets. */
export async function attack(
  target: Target,
  room: string,
  addresses: readonly string[],
  { rate, lasts }: { readonly rate: number; readonly lasts: number },
  haul: Haul,
): Promise<void> {
  let [following, unanswered] = [0, 0];
  async function come(from: string): Promise<void> {
    unanswered += 1;
    const answer = await join(target, room, from).finally(() => {
      unanswered -= 1;
    });
    if (answer.status !== 201) return;
    haul.joined += 1;
    if (following >= FOLLOWED) return;
    following += 1;
    await follow(target, room, from, answer, haul);
  }
  const began = performance.now();
  for (let n = 0; addresses.length > 0 && performance.now() - began < lasts && !target.signal.aborted; n++) {
    const due = began + (n * SECOND) / rate - performance.now();
    if (due > 0 || unanswered >= UNANSWERED) await delay(Math.max(due, 1));
    if (unanswered < UNANSWERED) come(addresses[n % addresses.length] ?? '').catch(() => undefined);
  }
}

/** Runs so many actions, some of them at once. */
export async function many(count: number, action: (n: number) => Promise<unknown>, atOnce = 25): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) await action(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

/** Addresses in networks of their own. */
export const addressesFrom = (first: number, count: number): string[] =>
  Array.from({ length: count }, (_, n) => `${first + (n >> 8)}.${n & 255}.0.1`);

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
