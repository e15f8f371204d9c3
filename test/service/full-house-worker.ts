/**
 * One of several processes of a room with more visitors than places. Its share of the visitors join, claim as fast as
 * they can, stay for a while and leave in one way or another, while its clock ticks.
 */
import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { openRedisStore } from '#store/redis/index.ts';
import { countStoreErrors } from '#telemetry/store-errors.ts';
import { StoreUnavailable } from '#waiting-room/errors.ts';
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
  /** The operations that the store did not answer. */
  readonly unanswered: readonly string[];
  /** All other failures. */
  readonly errors: readonly string[];
  /** The longest time that the process did not run, in ms. */
  readonly stall: number;
}

/** Concurrent claims of this process: by the visitors in front, whose turn comes next, and by all others in turn. */
const FRONT_HANDS = 20;
const OTHER_HANDS = 4;
/** How many visitors of this process are in front. */
const FRONT = 50;
/** One visitor in so many never claims: the place is held for the claim window. */
const NO_SHOW = 200;

async function work({ url, room, visitors: crowd, duration, stay }: Shift): Promise<ShiftReport> {
  const unanswered: string[] = [];
  const store = countStoreErrors(await openRedisStore({ url }), {
    storeFailed: (operation) => void unanswered.push(operation),
  });
  const errors: string[] = [];
  const onError = (error: unknown) => {
    if (!(error instanceof StoreUnavailable)) errors.push(String(error));
  };
  const loop = monitorEventLoopDelay({ resolution: 20 });
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
  loop.enable();

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
  // The waiting page of each loads, which makes them present.
  for (const { ticket, admission } of arrivals) {
    if (admission) goInside(ticket).catch(onError);
    else await visitors.facts(ticket);
  }
  let line = arrivals
    .filter(({ ticket, admission }) => !admission && ticket.number % NO_SHOW !== 0)
    .map(({ ticket }) => ticket)
    .sort((a, b) => a.number - b.number);
  /** Visitors who are inside, or have been, or lost their turn. */
  const done = new Set<Ticket>();

  async function claim(ticket: Ticket): Promise<void> {
    try {
      const { state } = await visitors.claim(ticket);
      if (done.has(ticket) || state === 'waiting' || state === 'served') return;
      done.add(ticket);
      if (state === 'admitted') goInside(ticket).catch(onError);
    } catch (error) {
      onError(error);
    }
  }

  /** Visitors claim repeatedly: each hand takes the next one of what `round` gives. */
  async function claimRepeatedly(hands: number, round: () => readonly Ticket[]): Promise<void> {
    let tickets = round().values();
    const hand = async () => {
      while (Date.now() < until) {
        let next = tickets.next();
        if (next.done) {
          tickets = round().values();
          next = tickets.next();
        }
        // Everybody has been inside.
        if (next.done) return;
        await claim(next.value);
      }
    };
    await Promise.all(Array.from({ length: hands }, hand));
  }
  await Promise.all([
    claimRepeatedly(FRONT_HANDS, () => {
      line = line.filter((ticket) => !done.has(ticket));
      return line.slice(0, FRONT);
    }),
    claimRepeatedly(OTHER_HANDS, () => line.slice(FRONT)),
  ]);

  await clock.stop();
  loop.disable();
  return { admitted, unanswered, errors, stall: loop.max / 1e6 };
}

// The store stays open: a reported exit may still be in progress.
process.once('message', async (shift: Shift) => {
  process.send?.(await work(shift), () => process.exit(0));
});
