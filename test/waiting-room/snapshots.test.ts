import { beforeEach, describe, expect, test } from 'vitest';
import { lineView } from '#support/line-view.ts';
import { roomSettings } from '#support/room-settings.ts';
import { RoomNotFound, StoreUnavailable } from '#waiting-room/errors.ts';
import type { LineView } from '#waiting-room/line/counters.ts';
import type { Holder, Place } from '#waiting-room/line/place.ts';
import { createSnapshots, type Snapshots } from '#waiting-room/snapshots.ts';

const settings = roomSettings();

/** A line of which every look sees one number more, and which the test can hold back, take away or delete. */
function createLine() {
  let looks = 0;
  let held: (() => void)[] | null = null;
  const line = {
    away: false,
    deleted: false,
    placed: [] as number[],
    looks: () => looks,
    hold() {
      held = [];
    },
    letGo() {
      const waiting = held ?? [];
      held = null;
      for (const go of waiting) go();
    },
    async room(id: string) {
      if (line.away) throw new StoreUnavailable(new Error('connection refused'));
      return line.deleted || id !== 'sale' ? null : settings;
    },
    async view(): Promise<LineView> {
      looks += 1;
      const queue = looks;
      if (held) await new Promise<void>((go) => held?.push(go));
      if (line.away) throw new StoreUnavailable(new Error('connection refused'));
      return lineView({ counters: { queue } });
    },
    async place(_room: string, { number }: Holder): Promise<Place> {
      if (line.away) throw new StoreUnavailable(new Error('connection refused'));
      line.placed.push(number);
      return { state: 'waiting' };
    },
  };
  return line;
}

describe('a snapshot', () => {
  let line: ReturnType<typeof createLine>;
  let time: number;
  let snapshots: Snapshots;

  beforeEach(() => {
    line = createLine();
    time = 1_000_000;
    snapshots = createSnapshots({ store: { line, settings: line }, now: () => time });
  });

  const look = async () => (await snapshots.get('sale')).view.counters.queue;
  /** Lets what was begun in the background come to its end. */
  const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

  test('answers for 700 ms without asking the store', async () => {
    expect(await look()).toBe(1);
    time += 699;
    expect(await look()).toBe(1);
    expect(snapshots.now('sale')?.view.counters.queue).toBe(1);
    expect(line.looks()).toBe(1);
  });

  test('answers once more while the next one is fetched behind it', async () => {
    await look();
    time += 700;
    expect(await look()).toBe(1);
    await settled();
    expect(snapshots.now('sale')?.view.counters.queue).toBe(2);
  });

  test('is never older than a second while the store answers', async () => {
    await look();
    time += 1_000;
    expect(snapshots.now('sale')).toBeUndefined();
    expect(await look()).toBe(2);
  });

  test('is fetched once for concurrent requests', async () => {
    line.hold();
    const asked = Array.from({ length: 50 }, look);
    await settled();
    line.letGo();
    expect(new Set(await Promise.all(asked))).toEqual(new Set([1]));
    expect(line.looks()).toBe(1);
  });

  test('is fetched once behind a crowd of polls', async () => {
    await look();
    time += 800;
    for (let poll = 0; poll < 100; poll++) snapshots.now('sale');
    await settled();
    expect(line.looks()).toBe(2);
  });

  describe('of a slow store', () => {
    const PATIENCE = 5;
    beforeEach(() => {
      const clock = () => time;
      snapshots = createSnapshots({ store: { line, settings: line }, now: clock, elapsed: clock, patience: PATIENCE });
    });

    test('answers while the next one is fetched for longer than polls may wait', async () => {
      await look();
      time += 1500;
      line.hold();
      expect(await look()).toBe(1);
      time += PATIENCE;
      // The line is empty from here on.
      expect(snapshots.now('sale')?.view.counters.queue).toBe(1);
      expect(line.looks()).toBe(2);
      line.letGo();
      await settled();
      expect(snapshots.now('sale')?.view.counters.queue).toBe(2);
    });

    test('that took long for the last one is not waited for either', async () => {
      line.hold();
      const first = look();
      time += 1200;
      line.letGo();
      expect(await first).toBe(1);
      line.hold();
      expect(snapshots.now('sale')?.view.counters.queue).toBe(1);
      expect(line.looks()).toBe(2);
      line.letGo();
      await settled();
      time += 999;
      expect(snapshots.now('sale')?.view.counters.queue).toBe(2);
      await settled();
      time += 1000;
      expect(snapshots.now('sale')).toBeUndefined();
    });

    test('is asked for once, however many polls wait', async () => {
      await look();
      time += 1500;
      line.hold();
      expect(await Promise.all(Array.from({ length: 50 }, look))).toEqual(Array.from({ length: 50 }, () => 1));
      expect(line.looks()).toBe(2);
    });

    test('does not answer when it is ten seconds old, or was expired', async () => {
      await look();
      time += 10_000;
      line.hold();
      const asked = look();
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(snapshots.now('sale')).toBeUndefined();
      line.letGo();
      expect(await asked).toBe(2);
      time += 1500;
      line.hold();
      const expired = look();
      snapshots.expire('sale');
      await new Promise((resolve) => setTimeout(resolve, 20));
      line.letGo();
      expect(await expired).toBe(3);
    });

    test('is not mistaken for a store that answers while the clock of the machine jumps', async () => {
      snapshots = createSnapshots({ store: { line, settings: line }, now: () => time });
      line.hold();
      const asked = look();
      time += 2000;
      line.letGo();
      expect(await asked).toBe(1);
      time += 1500;
      expect(await look()).toBe(2);
    });

    test('is waited for where there is none', async () => {
      line.hold();
      const asked = look();
      await new Promise((resolve) => setTimeout(resolve, 20));
      line.letGo();
      expect(await asked).toBe(1);
    });
  });

  test('is not there before anybody asked', () => {
    expect(snapshots.now('sale')).toBeUndefined();
  });

  test('says since when it is true: the time before the store was asked', async () => {
    line.hold();
    const asked = snapshots.get('sale');
    time += 300;
    await settled();
    line.letGo();
    expect((await asked).updatedAt).toBe(1_000_000);
  });

  test('of the future, after the clock was put back, is replaced', async () => {
    await look();
    time -= 3_600_000;
    expect(snapshots.now('sale')).toBeUndefined();
    expect(await look()).toBe(2);
  });

  describe('that was expired', () => {
    test('answers no more', async () => {
      await look();
      snapshots.expire('sale');
      expect(snapshots.now('sale')).toBeUndefined();
      expect(await look()).toBe(2);
    });

    test('is not replaced by one whose fetch began before', async () => {
      line.hold();
      const before = look();
      await settled();
      snapshots.expire('sale');
      const after = look();
      await settled();
      line.letGo();
      expect(await before).toBe(1);
      expect(await after).toBe(2);
      expect(snapshots.now('sale')?.view.counters.queue).toBe(2);
    });

    test('of a room that nobody requested is ignored', () => {
      expect(() => snapshots.expire('other')).not.toThrow();
    });
  });

  describe('of a room that is not there', () => {
    test('is RoomNotFound', async () => {
      await expect(snapshots.get('other')).rejects.toThrow(RoomNotFound);
      expect(snapshots.now('other')).toBeUndefined();
    });

    test('is RoomNotFound within a second after the room was deleted', async () => {
      await look();
      line.deleted = true;
      time += 1_000;
      await expect(snapshots.get('sale')).rejects.toThrow(RoomNotFound);
      expect(snapshots.now('sale')).toBeUndefined();
    });

    test('is there as soon as the room is', async () => {
      line.deleted = true;
      await expect(snapshots.get('sale')).rejects.toThrow(RoomNotFound);
      line.deleted = false;
      expect(await look()).toBe(2);
    });
  });

  describe('while the store is unavailable', () => {
    test('answers for ten seconds, then throws StoreUnavailable', async () => {
      await look();
      line.away = true;
      for (const age of [1_000, 4_000, 9_999]) {
        time = 1_000_000 + age;
        expect(await look()).toBe(1);
      }
      expect(snapshots.now('sale')?.updatedAt).toBe(1_000_000);
      time = 1_010_000;
      expect(snapshots.now('sale')).toBeUndefined();
      await expect(snapshots.get('sale')).rejects.toThrow(StoreUnavailable);
    });

    test('throws StoreUnavailable at once for a room without a snapshot', async () => {
      line.away = true;
      await expect(snapshots.get('sale')).rejects.toThrow(StoreUnavailable);
    });

    test('is asked for twice a second at most, however many polls there are', async () => {
      await look();
      line.away = true;
      time += 1_000;
      for (let poll = 0; poll < 200; poll++) {
        expect(await look()).toBe(1);
        time += 10;
        await settled();
      }
      expect(line.looks()).toBeLessThanOrEqual(1 + 5);
      time += 10_000;
      await expect(snapshots.get('sale')).rejects.toThrow(StoreUnavailable);
      const before = line.looks();
      for (let poll = 0; poll < 50; poll++) await expect(snapshots.get('sale')).rejects.toThrow(StoreUnavailable);
      expect(line.looks()).toBe(before);
    });

    test('is a new one half a second after the store is back', async () => {
      await look();
      line.away = true;
      time += 20_000;
      await expect(snapshots.get('sale')).rejects.toThrow(StoreUnavailable);
      line.away = false;
      time += 500;
      expect(await look()).toBe(line.looks());
      expect(snapshots.now('sale')?.updatedAt).toBe(time);
    });

    test('of thousands of made-up rooms costs the others nothing', async () => {
      line.away = true;
      const asked = Array.from({ length: 3_000 }, (_, n) => snapshots.get(`made-up-${n}`));
      expect((await Promise.allSettled(asked)).every(({ status }) => status === 'rejected')).toBe(true);
      line.away = false;
      time += 500;
      expect(await look()).toBeGreaterThan(0);
    });
  });

  describe('knows where those stand whose turn came', () => {
    const holder = (number: number, generation = 1): Holder => ({ number, generation, visitor: `visitor ${number}` });

    test('asking the store once for each of them', async () => {
      const snapshot = await snapshots.get('sale');
      for (const number of [1, 2, 1, 2, 1]) await snapshots.place(snapshot, holder(number));
      expect(line.placed).toEqual([1, 2]);
    });

    test('asking again with the next snapshot', async () => {
      await snapshots.place(await snapshots.get('sale'), holder(1));
      time += 1_000;
      await snapshots.place(await snapshots.get('sale'), holder(1));
      expect(line.placed).toEqual([1, 1]);
    });

    test('telling generations apart', async () => {
      const snapshot = await snapshots.get('sale');
      await snapshots.place(snapshot, holder(1));
      await snapshots.place(snapshot, holder(1, 2));
      expect(line.placed).toEqual([1, 1]);
    });

    test('not keeping a failure', async () => {
      const snapshot = await snapshots.get('sale');
      line.away = true;
      await expect(snapshots.place(snapshot, holder(1))).rejects.toThrow(StoreUnavailable);
      line.away = false;
      await expect(snapshots.place(snapshot, holder(1))).resolves.toEqual({ state: 'waiting' });
    });
  });
});
