/**
 * Visitors who join at a steady rate, poll, claim, stay inside for a while, and come back with their tickets, each
 * request at another process. They write down what they are told, and what a visitor can notice of a fault.
 */
import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

const ROOM = 'sale';
const PATIENCE = 4000;

export interface CrowdOptions {
  /** Base URLs of the processes; may change at any time. */
  readonly urls: readonly string[];
  readonly joinsPerSecond: number;
  /** Between two polls of one visitor, in ms. */
  readonly pollEvery: number;
  /** The shortest and the longest time inside, in ms. */
  readonly stay: readonly [number, number];
}

interface Visitor {
  readonly ticket: string;
  readonly number: number;
  sub: string | null;
  inside: boolean;
  /** On the way out, or out: the number is used up. */
  leaving: boolean;
}

export interface Crowd {
  /** The visitors who are inside now, by `sub`, as far as they know. */
  inside(): ReadonlySet<string>;
  /** Resolves with when, in ms since the epoch, the first join was answered that was sent from now on. */
  nextJoin(): Promise<number>;
  /** The same for the first claim. */
  nextClaim(): Promise<number>;
  /** Resolves when so many have joined. */
  joined(visitors: number): Promise<void>;
  /** Ends the joins. Visitors in line continue. */
  closeDoors(): void;
  /** Ends the load and looks up every visitor once more. */
  finish(): Promise<CrowdReport>;
}

export interface CrowdReport {
  readonly joined: number;
  readonly admitted: number;
  /** Numbers that two visitors got. */
  readonly twice: readonly number[];
  /** What was lost, a sentence for each visitor. */
  readonly lost: readonly string[];
  /** The most visitors inside at a time, as far as they know. */
  readonly mostInside: number;
}

export function startCrowd({ urls, joinsPerSecond, pollEvery, stay }: CrowdOptions): Crowd {
  const agent = new Agent({ keepAlive: true });
  const visitors: Visitor[] = [];
  const holders = new Map<number, Visitor>();
  const twice: number[] = [];
  const lost: string[] = [];
  const tasks = new Set<Promise<void>>();
  const joins = new Set<(sentAt: number) => void>();
  const claims = new Set<(sentAt: number) => void>();
  const inside = new Set<string>();
  let [mostInside, admitted, due, running] = [0, 0, 0, true];

  // biome-ignore lint/suspicious/noExplicitAny: the body is what the service sends.
  type Told = { readonly status: number; readonly body: any };

  function call(method: string, path: string, ticket?: string): Promise<Told> {
    const base = urls[Math.floor(Math.random() * urls.length)] ?? '';
    return new Promise((resolve) => {
      const none = () => resolve({ status: 0, body: null });
      // The crowd comes from everywhere: an address joins only so often without a proof.
      const headers = ticket ? { Authorization: `Bearer ${ticket}` } : { 'X-Forwarded-For': anyAddress() };
      const sent = request(
        `${base}/rooms/${ROOM}/tickets${path}`,
        { method, headers, agent, timeout: PATIENCE },
        (answer) => {
          let text = '';
          answer.setEncoding('utf8');
          answer.on('data', (chunk: string) => {
            text += chunk;
          });
          answer.on('error', none);
          answer.on('end', () => {
            try {
              resolve({ status: answer.statusCode ?? 0, body: text === '' ? null : JSON.parse(text) });
            } catch {
              none();
            }
          });
        },
      );
      sent.on('error', none);
      sent.on('timeout', () => sent.destroy());
      sent.end();
    });
  }

  async function join(): Promise<void> {
    while (running) {
      const sentAt = Date.now();
      const { status, body } = await call('POST', '');
      if (status === 201) {
        for (const seen of joins) seen(sentAt);
        return live(body.ticket, body.number);
      }
      await delay(250);
    }
  }

  async function live(ticket: string, number: number): Promise<void> {
    const visitor: Visitor = { ticket, number, sub: null, inside: false, leaving: false };
    visitors.push(visitor);
    if (holders.has(number)) twice.push(number);
    holders.set(number, visitor);
    while (running && !visitor.leaving) {
      await look(visitor);
      await delay(pollEvery * (0.8 + Math.random() * 0.4));
    }
  }

  /** Asks for the facts and does what the page would do. */
  async function look(visitor: Visitor): Promise<boolean> {
    const { status, body } = await call('GET', '/self', visitor.ticket);
    if (visitor.leaving) return true;
    if (status === 0 || status === 503) return false;
    if (status !== 200) {
      lose(visitor, `was answered ${status} ${body?.code}`);
    } else if (body.number !== visitor.number) {
      lose(visitor, `was told another number, ${body.number}`);
    } else if (body.state === 'expired') {
      const rejoined = await call('POST', '/self/rejoin', visitor.ticket);
      if (rejoined.status === 200 && rejoined.body.number !== visitor.number) {
        lose(visitor, `was given the number ${rejoined.body.number} at the rejoin`);
      }
    } else if (body.state === 'served' && !visitor.inside) {
      await claim(visitor);
    }
    return true;
  }

  function lose(visitor: Visitor, what: string): void {
    lost.push(`the visitor with number ${visitor.number} ${what}`);
    leave(visitor);
  }

  function leave(visitor: Visitor): void {
    visitor.leaving = true;
    visitor.inside = false;
    if (visitor.sub) inside.delete(visitor.sub);
  }

  async function claim(visitor: Visitor): Promise<void> {
    const sentAt = Date.now();
    const { status, body } = await call('POST', '/self/claim', visitor.ticket);
    if (status !== 200) return;
    for (const seen of claims) seen(sentAt);
    visitor.sub = JSON.parse(Buffer.from(body.access_token.split('.')[1], 'base64url').toString()).sub as string;
    visitor.inside = true;
    admitted += 1;
    inside.add(visitor.sub);
    mostInside = Math.max(mostInside, inside.size);
    track(
      delay(stay[0] + Math.random() * (stay[1] - stay[0])).then(async () => {
        // The visitor is gone before the place is free.
        leave(visitor);
        while (running && (await call('DELETE', '/self', visitor.ticket)).status !== 204) await delay(250);
      }),
    );
  }

  function track(task: Promise<void>): void {
    tasks.add(task);
    task.finally(() => tasks.delete(task));
  }

  const arrivals = setInterval(() => {
    due += joinsPerSecond / 20;
    for (; due >= 1; due--) track(join());
  }, 50);

  return {
    inside: () => new Set(inside),
    nextJoin: () => nextOf(joins),
    nextClaim: () => nextOf(claims),
    async joined(count) {
      while (visitors.length < count) await delay(100);
    },
    closeDoors() {
      clearInterval(arrivals);
    },
    async finish() {
      clearInterval(arrivals);
      running = false;
      await Promise.all(tasks);
      for (const visitor of visitors) {
        if (visitor.leaving) continue;
        let found = await look(visitor);
        for (let attempt = 0; attempt < 20 && !found; attempt++) {
          await delay(100);
          found = await look(visitor);
        }
        if (!found) lost.push(`nobody answered the visitor with number ${visitor.number}`);
      }
      agent.destroy();
      return { joined: visitors.length, admitted, twice, lost, mostInside };
    },
  };
}

/** Resolves with when the first was answered that is sent from now on. */
function nextOf(answers: Set<(sentAt: number) => void>): Promise<number> {
  const from = Date.now();
  return new Promise((resolve) => {
    const seen = (sentAt: number) => {
      if (sentAt < from) return;
      answers.delete(seen);
      resolve(Date.now());
    };
    answers.add(seen);
  });
}

const anyAddress = () => Array.from({ length: 4 }, () => 1 + Math.floor(Math.random() * 254)).join('.');
