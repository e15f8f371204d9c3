/**
 * One of several processes of a room with more visitors than places. Its share of the visitors join, claim as fast as
 * they can, stay for a while and leave in one way or another, while its clock ticks.
 */
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { openRedisStore } from '#store/redis/index.ts';
import { createWaitingRoom } from '#waiting-room/index.ts';
import type { Ticket } from '#waiting-room/ticket.ts';
import { startClock } from '../../src/clock/index.ts';

export interface Shift {
  readonly url: string;
  readonly room: string;
  readonly visitors: number;
  /** How long the process runs, in ms. */
  readonly duration: number;
  /** The shortest and the longest time inside, in ms, of visitors who leave before their admission expires. */
  readonly stay: readonly [number, number];
}

export interface ShiftReport {
  readonly admitted: number;
  readonly errors: readonly string[];
}

/** Concurrent claims of this process. */
const HANDS = 24;

async function work({ url, room, visitors: crowd, duration, stay }: Shift): Promise<ShiftReport> {
  const store = await openRedisStore({ url });
  const errors: string[] = [];
  const onError = (error: unknown) => void errors.push(String(error));
  const waitingRoom = createWaitingRoom({
    store,
    now: Date.now,
    cookieKeys: ['a key of all processes'],
    emit: () => undefined,
    onError,
  });
  const { visitors, operations, advance, flush } = waitingRoom;
  process.send?.('ready');
  await once(process, 'message');

  const clock = startClock({
    advance,
    flush,
    notify: async () => undefined,
    lookAtKeys: async () => undefined,
    compareClocks: async () => undefined,
    originHealth: { measure: async () => undefined, stop: async () => undefined },
    leases: store.leases,
    idempotency: store.idempotency,
    self: `${process.pid}`,
    now: Date.now,
    onError,
  });
  const until = Date.now() + duration;
  let admitted = 0;

  /** One in four stays until the admission expires. The site reports the others, or they log out. */
  async function goInside({ visitor }: Ticket): Promise<void> {
    const way = admitted++ % 4;
    if (way === 0) return;
    await delay(stay[0] + Math.random() * (stay[1] - stay[0]));
    if (Date.now() >= until) return;
    if (way === 1) await visitors.depart(room, visitor);
    else
      await operations.exits(room, {
        exited: 0,
        completed: way === 2 ? [visitor] : [],
        abandoned: way === 3 ? [visitor] : [],
      });
  }

  const arrivals = await Promise.all(
    Array.from({ length: crowd }, () => visitors.arrive(room, { visitor: null, ticket: null })),
  );
  for (const { ticket, admission } of arrivals) if (admission) goInside(ticket).catch(onError);
  // One in fifty never claims.
  const waiting = arrivals.filter(({ ticket, admission }) => !admission && ticket.number % 50 !== 0);
  let line = waiting.map(({ ticket }) => ticket);

  /** All visitors claim repeatedly, those in front first. */
  async function claimInTurn(tickets: Iterator<Ticket>, left: Ticket[]): Promise<void> {
    for (let next = tickets.next(); !next.done && Date.now() < until; next = tickets.next()) {
      const place = await visitors.claim(next.value);
      if (place.state === 'admitted') goInside(next.value).catch(onError);
      else if (place.state === 'waiting' || place.state === 'served') left.push(next.value);
    }
  }
  while (Date.now() < until) {
    const left: Ticket[] = [];
    const tickets = line.values();
    await Promise.all(Array.from({ length: HANDS }, () => claimInTurn(tickets, left)));
    line = left.sort((a, b) => a.number - b.number);
  }

  await clock.stop();
  return { admitted, errors };
}

// The store stays open: a reported exit may still be in progress.
process.once('message', async (shift: Shift) => {
  process.send?.(await work(shift), () => process.exit(0));
});
