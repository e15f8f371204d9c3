import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { embeddedStore } from '#support/stores.ts';
import { commitment } from '#waiting-room/draw.ts';
import type { DrawSchedule } from '#waiting-room/draw-schedule.ts';
import { createDrawSchedule } from '#waiting-room/draw-schedule.ts';
import type { DrawRecord } from '#waiting-room/line/draw.ts';
import type { Store } from '#waiting-room/ports/index.ts';
import type { RoomEvent, RoomSettings } from '#waiting-room/room.ts';
import { freshId, RULES, seconds, T0 } from '../store/contract/room-under-test.ts';

const HOUR = seconds(3600);

/** The prequeue begins after one hour, the draw is after two. */
const SALE: RoomEvent = { id: 'sale', prequeue_start: T0 + HOUR, start: T0 + 2 * HOUR, end: null, order: 'draw' };

describe('the draw of an event', () => {
  let opened: Awaited<ReturnType<typeof embeddedStore>>;
  let store: Store;
  let room: RoomSettings;
  let now: number;
  let schedule: DrawSchedule;

  beforeEach(async () => {
    opened = await embeddedStore();
    store = opened.store;
    room = roomWith(SALE);
    now = T0;
    schedule = process();
    await store.line.open(room.id, { rules: RULES, incarnation: '', checkpoint: null }, now);
  });

  afterEach(() => opened.close());

  const roomWith = (...events: RoomEvent[]): RoomSettings => ({
    id: 'box-office',
    title: 'Box office',
    mode: 'queue',
    inlet: { strategy: 'manual', size: 0 },
    admission: { lifetime: RULES.lifetime, claim_window: RULES.claimWindow, missed_turn: 'front', renew: false },
    presence: { timeout: RULES.presenceTimeout },
    message: null,
    return_urls: [],
    events,
  });
  /** The schedule of one process. */
  const process = () => createDrawSchedule(store.line, () => now);
  const view = () => store.line.view(room.id, now);
  const draws = async () => (await view()).draws;
  /** One tick, with a fresh view of the line. */
  const turn = async () => schedule.advance(room, await view());
  const come = async (count = 1) => {
    const entrants = Array.from({ length: count }, () => ({ visitor: freshId('visitor'), claim: false }));
    return (await store.line.join(room.id, entrants, now)) ?? [];
  };
  /** Entrants who are still present. */
  const stay = (...indexes: number[]) =>
    store.line.recordEntrantHeartbeats(room.id, { generation: 1, draw: 1, indexes: indexes }, now);
  /** The only draw. */
  async function only(): Promise<DrawRecord> {
    const [draw, ...more] = await draws();
    if (!draw || more.length > 0) throw new Error('expected exactly one draw');
    return draw;
  }

  it('is announced as soon as its event is known: the hash of the seed is public before the first entrant', async () => {
    await turn();
    const announced = await only();
    expect(announced).toMatchObject({
      event: 'sale',
      order: 'draw',
      committedAt: T0,
      opensAt: SALE.prequeue_start,
      arrivals: 0,
      seed: null,
    });
    expect(announced.seedHash).toMatch(/^[0-9a-f]{64}$/);
    now = SALE.prequeue_start;
    expect(await come()).toMatchObject([{ number: 0, entry: { draw: 1, index: 0 } }]);
    now = SALE.start;
    await stay(0);
    await turn();
    const done = await only();
    expect(done).toMatchObject({ seedHash: announced.seedHash, drawnAt: SALE.start, entrants: 1 });
    const seed = Buffer.from(done.seed ?? '', 'base64url');
    expect(seed).toHaveLength(32);
    expect(commitment(seed)).toBe(announced.seedHash);
  });

  it('is announced once and drawn once, however often the clock ticks', async () => {
    await turn();
    const announced = await only();
    for (const passed of [0, HOUR / 2, HOUR, HOUR + 1]) {
      now = T0 + passed;
      await turn();
      expect(await only()).toEqual(announced);
    }
    for (const passed of [2 * HOUR, 2 * HOUR + 1, 3 * HOUR]) {
      now = T0 + passed;
      await turn();
      expect(await only()).toMatchObject({ drawnAt: SALE.start, entrants: 0 });
    }
  });

  it('counts the heartbeats that were on their way at its start', async () => {
    await turn();
    await store.line.configure(room.id, { ...RULES, presentFromJoin: false }, now);
    now = SALE.start - 1;
    await come(3);
    now = SALE.start;
    await turn();
    expect(await only()).toMatchObject({ drawnAt: null });
    now = SALE.start + seconds(2);
    await stay(0, 2);
    await turn();
    now = SALE.start + seconds(2.5);
    await turn();
    expect(await only()).toMatchObject({ drawnAt: now, entrants: 2 });
  });

  it('does not wait for heartbeats if everybody is present', async () => {
    await turn();
    now = SALE.start - 1;
    await come(2);
    await stay(0, 1);
    now = SALE.start;
    await turn();
    expect(await only()).toMatchObject({ drawnAt: SALE.start, entrants: 2 });
  });

  it('has another seed after a reset', async () => {
    await turn();
    const first = await only();
    await store.line.reset(room.id, { incarnation: '' }, now);
    await turn();
    expect((await only()).seedHash).not.toBe(first.seedHash);
  });

  it('is not announced for an event without a prequeue', async () => {
    room = roomWith({ ...SALE, prequeue_start: SALE.start });
    await turn();
    expect(await draws()).toEqual([]);
  });

  it('moves with its event and keeps its seed', async () => {
    await turn();
    const { seedHash } = await only();
    const moved: RoomEvent = { ...SALE, prequeue_start: T0 + 3 * HOUR, start: T0 + 4 * HOUR, order: 'arrival' };
    room = roomWith(moved);
    now = T0 + HOUR / 2;
    await turn();
    expect(await only()).toMatchObject({ seedHash, opensAt: moved.prequeue_start, order: 'arrival', committedAt: T0 });
    now = SALE.prequeue_start;
    expect(await come()).toMatchObject([{ number: 1, entry: null }]);
    now = SALE.start;
    await turn();
    expect(await only()).toMatchObject({ drawnAt: null });
    now = moved.prequeue_start;
    expect(await come()).toMatchObject([{ number: 0, entry: { draw: 1, index: 0 } }]);
    now = moved.start;
    await stay(0);
    await turn();
    expect(await only()).toMatchObject({ drawnAt: moved.start, entrants: 1, base: 1, seedHash });
  });

  it('keeps its entrants when its event moves, and is drawn at the new start', async () => {
    await turn();
    now = SALE.prequeue_start;
    await come(2);
    room = roomWith({ ...SALE, prequeue_start: now + HOUR, start: now + 2 * HOUR });
    await turn();
    expect(await come()).toMatchObject([{ entry: { draw: 1, index: 2 } }]);
    now = SALE.start;
    await turn();
    expect(await only()).toMatchObject({ arrivals: 3, opensAt: SALE.prequeue_start, drawnAt: null });
    now = SALE.prequeue_start + 2 * HOUR;
    await stay(0, 1, 2);
    await turn();
    expect(await only()).toMatchObject({ drawnAt: now });
  });

  it('is withdrawn with its event while it has no entrants', async () => {
    await turn();
    room = roomWith();
    await turn();
    expect(await draws()).toEqual([]);
    now = SALE.prequeue_start;
    expect(await come()).toMatchObject([{ number: 1, entry: null }]);
  });

  it('is drawn at once when its event is removed and it has entrants', async () => {
    await turn();
    now = SALE.prequeue_start;
    await come(3);
    room = roomWith();
    now += seconds(10);
    await turn();
    expect(await only()).toMatchObject({ drawnAt: now, entrants: 3 });
    expect((await view()).counters).toMatchObject({ queue: 3, present: 3 });
    expect(await come()).toMatchObject([{ number: 4, entry: null }]);
  });

  it('gives way to an earlier event that is added later, and is announced again after it', async () => {
    await turn();
    const before: RoomEvent = { ...SALE, id: 'preview', prequeue_start: T0 + 1000, start: T0 + HOUR / 2 };
    room = roomWith(before, SALE);
    await turn();
    await turn();
    expect(await only()).toMatchObject({ event: 'preview', opensAt: before.prequeue_start });
    now = before.start;
    await turn();
    await turn();
    expect(await draws()).toMatchObject([
      { event: 'preview', drawnAt: before.start },
      { event: 'sale', opensAt: SALE.prequeue_start, drawnAt: null },
    ]);
  });

  it('keeps its seed when the process restarts during the prequeue', async () => {
    await turn();
    const { seedHash } = await only();
    now = SALE.prequeue_start;
    await come();
    schedule = process();
    await turn();
    expect(await only()).toMatchObject({ seedHash, arrivals: 1, drawnAt: null });
    now = SALE.start;
    await stay(0);
    await turn();
    const { seed } = await only();
    expect(commitment(Buffer.from(seed ?? '', 'base64url'))).toBe(seedHash);
  });

  it('is drawn when the service is back, if it was down at the start', async () => {
    await turn();
    now = SALE.prequeue_start;
    await come(2);
    now = SALE.start + seconds(30);
    schedule = process();
    // A visitor who arrives before the first tick is drawn with the others.
    expect(await come()).toMatchObject([{ entry: { draw: 1, index: 2 } }]);
    await stay(0, 1);
    await turn();
    expect(await only()).toMatchObject({ drawnAt: now, entrants: 3 });
    expect(await come()).toMatchObject([{ number: 4, entry: null }]);
  });

  it('waits while heartbeats are missing, unless all entrants are present', async () => {
    await turn();
    now = SALE.prequeue_start;
    await come(2);
    now = SALE.start;
    await stay(0);
    expect(await schedule.advance(room, await view(), true)).toBe(false);
    expect(await only()).toMatchObject({ drawnAt: null });
    await stay(1);
    expect(await schedule.advance(room, await view(), true)).toBe(true);
    expect(await only()).toMatchObject({ drawnAt: now, entrants: 2 });
  });

  it('waits for heartbeats too when its event is removed', async () => {
    await turn();
    now = SALE.prequeue_start;
    await come(2);
    now = SALE.start;
    await stay(0);
    room = roomWith();
    expect(await schedule.advance(room, await view(), true)).toBe(false);
    now += seconds(2.4);
    await turn();
    expect(await only()).toMatchObject({ drawnAt: null });
    now += seconds(0.1);
    expect(await schedule.advance(room, await view(), true)).toBe(false);
    await turn();
    expect(await only()).toMatchObject({ drawnAt: now, entrants: 1 });
  });

  it('waits again for the entrants of a cancelled event after a reset', async () => {
    await store.line.configure(room.id, { ...RULES, presentFromJoin: false }, now);
    for (now of [SALE.prequeue_start, SALE.prequeue_start + seconds(10)]) {
      room = roomWith(SALE);
      await turn();
      await come(2);
      room = roomWith();
      await turn();
      expect(await only()).toMatchObject({ drawnAt: null });
      await store.line.reset(room.id, { incarnation: '' }, now);
    }
  });

  it('has one seed and is drawn once when two processes act at once', async () => {
    const both = async () => {
      const seen = await view();
      await Promise.all([process(), process()].map((each) => each.advance(room, seen)));
    };
    await both();
    const { seedHash } = await only();
    now = SALE.prequeue_start;
    await come(5);
    now = SALE.prequeue_start + seconds(60);
    await both();
    expect(await only()).toMatchObject({ seedHash, arrivals: 5 });
    now = SALE.start;
    await stay(0, 1, 2, 3, 4);
    await both();
    const done = await only();
    expect(done).toMatchObject({ seedHash, entrants: 5, base: 0 });
    expect(commitment(Buffer.from(done.seed ?? '', 'base64url'))).toBe(seedHash);
    expect((await view()).counters.queue).toBe(5);
  });

  it('is not withdrawn by a process whose view lacks the first entrant', async () => {
    await turn();
    const stale = await view();
    now = SALE.prequeue_start;
    await come();
    room = roomWith();
    await schedule.advance(room, stale);
    expect(await only()).toMatchObject({ arrivals: 1, drawnAt: null });
    await turn();
    expect(await only()).toMatchObject({ entrants: 1, drawnAt: now });
  });
});
