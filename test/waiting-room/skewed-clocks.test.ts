/** Processes whose clocks differ, and clocks that jump: what the inlets serve, on each store. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFeed } from '#activity/feed.ts';
import { check } from '#settings/faults.ts';
import { room as roomSchema } from '#settings/room.ts';
import { joinAndLoad } from '#support/join-and-load.ts';
import { type OpenedStore, STORES } from '#support/stores.ts';
import { createWaitingRoom, type WaitingRoom } from '#waiting-room/index.ts';
import type { RoomSettings } from '#waiting-room/room.ts';

const T0 = Date.parse('2026-11-24T09:00:00Z');
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const TICK = 250;
/** How long a rate is measured. */
const LONG = 2 * MINUTE;
const WAITING = 2000;
const PER_MINUTE = 600;

let opened: OpenedStore;
/** The true time. */
let time: number;

function roomWith(inlet: object): RoomSettings {
  const checked = check(roomSchema, { id: 'sale', inlet, presence: { timeout: '12h' } });
  if (!checked.ok) throw new Error(JSON.stringify(checked.faults));
  return checked.value;
}

/** A process whose clock is so far from the true time. */
function aProcess(skew = 0): WaitingRoom & { jump(by: number): void } {
  let offset = skew;
  const now = () => time + offset;
  const process = createWaitingRoom({
    store: opened.store,
    now,
    cookieKeys: ['a key that only the tests know'],
    emit: createFeed([], now),
    onError: () => undefined,
  });
  const jump = (by: number) => {
    offset += by;
  };
  return { ...process, jump };
}

/** A line of visitors who are all present. */
async function crowd(process: WaitingRoom, inlet: object): Promise<void> {
  await process.operations.putRoom(roomWith(inlet));
  const entrants = Array.from({ length: WAITING / 20 }, (_, n) => ({ visitor: `v${n}`, claim: false }));
  for (let batch = 0; batch < 20; batch++) await joinAndLoad(opened.store.line, 'sale', entrants, time);
}

/** The processes tick in turn, one every `TICK`. */
async function tickFor(milliseconds: number, processes: readonly WaitingRoom[]): Promise<void> {
  for (const end = time + milliseconds; time < end; time += TICK) {
    await processes[(time / TICK) % processes.length]?.advance.all();
  }
}

async function turns(process: WaitingRoom): Promise<number> {
  return (await process.operations.counters('sale')).serving;
}

/** How many are served in that time. */
async function servedIn(milliseconds: number, processes: readonly WaitingRoom[]): Promise<number> {
  const [first] = processes;
  if (!first) throw new Error('no process');
  const before = await turns(first);
  await tickFor(milliseconds, processes);
  return (await turns(first)) - before;
}

describe.each(STORES)('on %s', (_, open) => {
  beforeEach(async () => {
    time = T0;
    opened = await open(() => time);
  });
  afterEach(() => opened.close());

  describe('a rate inlet', () => {
    const RATE = { strategy: 'rate', per_minute: PER_MINUTE };
    const ADAPTIVE = {
      strategy: 'adaptive',
      min_per_minute: PER_MINUTE,
      max_per_minute: PER_MINUTE,
      target_latency: '500ms',
      target_error_rate: 0.01,
    };

    const expectRate = (served: number, milliseconds: number) => {
      const due = (PER_MINUTE * milliseconds) / MINUTE;
      expect(served).toBeGreaterThanOrEqual(0.99 * due);
      expect(served).toBeLessThanOrEqual(1.01 * due);
    };

    test.each([600, 1100, 2500, 5000, 5200, HOUR])(
      'serves its rate where the clocks of two processes differ by %i ms',
      async (skew) => {
        const processes = [aProcess(), aProcess(-skew)];
        await crowd(aProcess(), RATE);
        await tickFor(5 * SECOND, processes);
        expectRate(await servedIn(LONG, processes), LONG);
      },
    );

    test.each([1100, 5000, HOUR])('serves its rate where the other process is %i ms ahead', async (skew) => {
      const processes = [aProcess(), aProcess(skew)];
      await crowd(aProcess(), RATE);
      await tickFor(5 * SECOND, processes);
      expectRate(await servedIn(LONG, processes), LONG);
    });

    test('serves its rate where three clocks differ', async () => {
      const processes = [aProcess(), aProcess(-1100), aProcess(-2300)];
      await crowd(aProcess(), RATE);
      await tickFor(5 * SECOND, processes);
      expectRate(await servedIn(LONG, processes), LONG);
    });

    test.each([700, 1000, 3000])(
      'serves its rate where a process that is ahead by three seconds ticks only every %i ms',
      async (pause) => {
        const [ticking, ahead] = [aProcess(), aProcess(3 * SECOND)];
        await crowd(aProcess(), RATE);
        await tickFor(5 * SECOND, [ticking, ahead]);
        const before = await turns(ticking);
        for (const end = time + LONG; time < end; time += TICK) {
          await ticking.advance.all();
          if (time % pause < TICK) await ahead.advance.room('sale');
        }
        expectRate((await turns(ticking)) - before, LONG);
      },
    );

    test('serves the rate of an adaptive inlet too', async () => {
      const processes = [aProcess(), aProcess(-1100)];
      await crowd(aProcess(), ADAPTIVE);
      await tickFor(5 * SECOND, processes);
      expectRate(await servedIn(LONG, processes), LONG);
    });

    test.each([-HOUR, -4 * SECOND, 4 * SECOND, HOUR])(
      'serves its rate after its clock jumped by %i ms, and at most a second more at the jump',
      async (jump) => {
        const process = aProcess();
        await crowd(process, RATE);
        await tickFor(5 * SECOND, [process]);
        process.jump(jump);
        const served = await servedIn(SECOND, [process]);
        expect(served).toBeLessThanOrEqual((2 * PER_MINUTE) / 60 + 1);
        expectRate(await servedIn(LONG, [process]), LONG);
      },
    );
  });

  describe('a periodic inlet', () => {
    const PERIODIC = { strategy: 'periodic', increment: 10, every: '10s' };

    test('fires on time after its clock jumped back an hour', async () => {
      const process = aProcess();
      await crowd(process, PERIODIC);
      await tickFor(MINUTE, [process]);
      process.jump(-HOUR);
      expect(await servedIn(MINUTE, [process])).toBe(60);
    });

    test('fires on time after a jump back that is no multiple of its period', async () => {
      const process = aProcess();
      await crowd(process, PERIODIC);
      await tickFor(MINUTE, [process]);
      process.jump(-HOUR - 3 * SECOND);
      await tickFor(SECOND, [process]);
      // By its new time, the next periods begin 3, 13, 23 … seconds after the jump.
      time = Math.ceil(time / SECOND) * SECOND;
      expect(await servedIn(MINUTE, [process])).toBe(60);
    });

    test('fires once a period where the clocks of two processes differ by an hour', async () => {
      const processes = [aProcess(), aProcess(-HOUR)];
      await crowd(aProcess(), PERIODIC);
      await tickFor(5 * SECOND, processes);
      expect(await servedIn(LONG, processes)).toBe(120);
    });

    test.each([-3600 * SECOND - 3 * SECOND, -3600 * SECOND - 7 * SECOND])(
      'fires once a period where the clocks differ by %i ms',
      async (skew) => {
        const processes = [aProcess(), aProcess(skew)];
        await crowd(aProcess(), PERIODIC);
        await tickFor(15 * SECOND, processes);
        expect(await servedIn(LONG, processes)).toBe(120);
      },
    );

    test.each([600, 1100, 5000])('fires once a period where the clocks differ by %i ms', async (skew) => {
      const processes = [aProcess(), aProcess(-skew)];
      await crowd(aProcess(), PERIODIC);
      await tickFor(5 * SECOND, processes);
      expect(await servedIn(LONG, processes)).toBe(120);
    });

    test('fires no period twice where a clock jumps back and then forward again', async () => {
      const process = aProcess();
      await crowd(process, PERIODIC);
      await tickFor(MINUTE, [process]);
      process.jump(-HOUR);
      expect(await servedIn(MINUTE, [process])).toBe(60);
      process.jump(HOUR);
      expect(await servedIn(MINUTE, [process])).toBe(60);
    });

    test('fires no period twice after a jump forward', async () => {
      const process = aProcess();
      await crowd(process, PERIODIC);
      await tickFor(MINUTE, [process]);
      process.jump(HOUR);
      const atJump = await servedIn(5 * SECOND, [process]);
      // The periods of the last minute are made up for, as after a time without a process.
      expect(atJump).toBeLessThanOrEqual(70);
      expect(await servedIn(MINUTE, [process])).toBe(60);
    });

    test('fires on time after a jump back with absent visitors in line, though heartbeats were lost before', async () => {
      const process = aProcess();
      await crowd(process, PERIODIC);
      await opened.store.line.join('sale', [{ visitor: 'absent', claim: false }], time);
      process.advance.heartbeatsContinuousSince(time);
      await tickFor(2 * MINUTE, [process]);
      process.jump(-HOUR);
      expect(await servedIn(MINUTE, [process])).toBe(60);
    });
  });

  test('the speed of a line is known where the clocks of two processes differ', async () => {
    const processes = [aProcess(), aProcess(-2500)];
    await crowd(aProcess(), { strategy: 'rate', per_minute: PER_MINUTE });
    await tickFor(MINUTE, processes);
    for (const process of processes) {
      expect((await process.operations.statistics('sale')).perMinute?.low).toBeGreaterThan(0.7 * PER_MINUTE);
    }
  });
});
