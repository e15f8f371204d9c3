/** A pause that stops claim windows, through restarts and lost lines, and beside a version that does not know it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { openEmbeddedStore } from '#store/embedded/index.ts';
import { lineKey } from '#store/redis/keys.ts';
import type { LineRules } from '#waiting-room/line-rules.ts';
import { arbitraryPausedCourse } from './contract/courses.ts';
import { comparable } from './contract/like-the-model.ts';
import { openModel } from './contract/model.ts';
import { freshId, makeRoom, type RoomUnderTest, RULES, seconds, T0 } from './contract/room-under-test.ts';
import { play, VIEW } from './contract/steps.ts';
import { useRedis } from './use-redis.ts';

const rules: LineRules = { ...RULES, pauseStops: 'claim_windows' };
const paused: LineRules = { ...rules, mode: 'paused' };

test('a turn has its claim window without the pauses, in any course of pauses', async () => {
  const moments = fc.array(fc.record({ after: fc.nat(20_000), act: fc.constantFrom('pause', 'resume', 'view') }));
  await fc.assert(
    fc.asyncProperty(moments, async (course) => {
      const line = openModel(rules, T0);
      const holder = { incarnation: '', generation: 1, number: 1, visitor: 'ann' };
      await line.join('', [{ visitor: 'ann', claim: false }], T0);
      await line.raise('', { numbers: 1 }, T0);
      let [now, left, isPaused] = [T0, rules.claimWindow, false];
      for (const { after, act } of course) {
        now += after;
        if (!isPaused) left -= after;
        const state = left > 0 ? { state: 'served', claimBy: now + left } : { state: 'missed' };
        expect(await line.place('', holder, now)).toMatchObject(state);
        if (act === 'view') await line.view('', now);
        else {
          isPaused = act === 'pause';
          await line.configure('', isPaused ? paused : rules, now);
        }
        expect(await line.place('', holder, now)).toMatchObject(state);
      }
    }),
  );
});

test('an admission has its lifetime without the pauses, and nobody else its place, in any course of pauses', async () => {
  const stops: LineRules = { ...rules, size: 1, pauseStops: 'claim_windows_and_admissions' };
  const acts = fc.constantFrom('pause', 'stop nothing', 'resume', 'view', 'join', 'raise');
  const moments = fc.array(fc.record({ after: fc.nat(100_000), act: acts }));
  await fc.assert(
    fc.asyncProperty(moments, async (course) => {
      const line = openModel(stops, T0);
      await line.raise('', { people: 1 }, T0);
      const [holder] = (await line.join('', [{ visitor: 'ann', claim: true, confirmed: true }], T0)) ?? [];
      let [now, left, isStopped, newcomers] = [T0, rules.lifetime, false, 0];
      for (const { after, act } of course) {
        now += after;
        if (!isStopped) left -= after;
        const admission = left > 0 ? { visitor: 'ann', number: holder?.number, expiresAt: now + left } : null;
        const check = async () => {
          const found = await line.admission('', 'ann', now);
          if (admission) expect(found).toMatchObject(admission);
          else expect(found).toBeNull();
        };
        await check();
        if (act === 'join') await line.join('', [{ visitor: `v${++newcomers}`, claim: true }], now);
        else if (act === 'raise') await line.raise('', { people: 1 }, now);
        else if (act !== 'view') {
          isStopped = act === 'pause';
          const mode = act === 'resume' ? 'queue' : 'paused';
          await line.configure('', { ...stops, mode, ...(isStopped ? {} : { pauseStops: undefined }) }, now);
        }
        await check();
        const { inside, held, counters } = await line.view('', now);
        expect(inside + held + Math.max(0, counters.serving - counters.queue)).toBeLessThanOrEqual(1);
      }
    }),
  );
});

describe('with the embedded store', () => {
  const folders: string[] = [];
  afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

  test('a restart in the middle neither loses time nor counts it twice', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'anteroom-pause-'));
    folders.push(dir);
    let store = openEmbeddedStore({ dir });
    const { id, arrive, raise, configure, view } = await makeRoom(store, rules);
    const ann = await arrive('ann');
    await raise({ numbers: 1 });
    await configure({ mode: 'paused' }, T0 + seconds(100));
    await view(T0 + seconds(130));
    await store.close();
    store = openEmbeddedStore({ dir });
    expect(await store.line.place(id, ann, T0 + seconds(900))).toMatchObject({ claimBy: T0 + seconds(920) });
    await store.line.view(id, T0 + seconds(900));
    await store.line.configure(id, rules, T0 + seconds(1000));
    expect(await store.line.place(id, ann, T0 + seconds(1001))).toEqual({
      state: 'served',
      claimBy: T0 + seconds(1020),
    });
    await store.close();
  });

  test('a restart in a pause that stops admissions neither loses their time nor counts it twice', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'anteroom-pause-'));
    folders.push(dir);
    const stops: LineRules = { ...rules, pauseStops: 'claim_windows_and_admissions' };
    let store = openEmbeddedStore({ dir });
    const { id, arrive, raise, configure, view } = await makeRoom(store, stops);
    await raise({ numbers: 1 });
    await arrive('ann', { claim: true });
    await configure({ mode: 'paused' }, T0 + seconds(100));
    await view(T0 + seconds(130));
    await store.close();
    store = openEmbeddedStore({ dir });
    expect(await store.line.admission(id, 'ann', T0 + seconds(900))).toMatchObject({ expiresAt: T0 + seconds(1400) });
    await store.line.view(id, T0 + seconds(900));
    await store.line.configure(id, stops, T0 + seconds(1000));
    const ends = { expiresAt: T0 + seconds(1500), stopped: seconds(900) };
    expect(await store.line.admission(id, 'ann', T0 + seconds(1001))).toMatchObject(ends);
    await store.close();
  });
});

describe('with the Redis store', () => {
  const redis = useRedis();

  async function pausedRoom(): Promise<{ room: RoomUnderTest; ann: Awaited<ReturnType<RoomUnderTest['arrive']>> }> {
    const room = await makeRoom(redis.store, rules);
    const ann = await room.arrive('ann');
    await room.raise({ numbers: 1 });
    await room.configure({ mode: 'paused' }, T0 + seconds(100));
    return { room, ann };
  }
  /** A step of the version before: it brings the line's time to its own, and knows no other field. */
  const stepEarlier = (id: string, at: number) => redis.client.hset(lineKey(id, 'line'), 'clock', at);

  test('every verb answers as the model does, in any course of pauses and turns', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryPausedCourse, async (course) => {
        const { incarnation, steps } = course;
        const id = freshId('room');
        const model = openModel(course.rules, T0, incarnation);
        await redis.store.line.open(id, { rules: course.rules, incarnation, checkpoint: null }, T0);
        let now = T0;
        for (const step of [...steps, VIEW]) {
          now += step.after;
          const answer = comparable(await play(step, redis.store.line, id, now));
          expect(answer, JSON.stringify(step)).toEqual(comparable(await play(step, model, id, now)));
        }
      }),
      { numRuns: 60, endOnFailure: true },
    );
  }, 120_000);

  test('steps of the version before in between take no time away', async () => {
    const { room, ann } = await pausedRoom();
    for (let second = 101; second <= 160; second++) {
      await stepEarlier(room.id, T0 + seconds(second) - 400);
      await room.view(T0 + seconds(second));
      await stepEarlier(room.id, T0 + seconds(second) + 400);
    }
    await room.configure({ mode: 'queue' }, T0 + seconds(161));
    expect(await room.place(ann, T0 + seconds(161))).toEqual({ state: 'served', claimBy: T0 + seconds(181) });
  });

  describe('a pause that stops admissions', () => {
    const stops: LineRules = { ...rules, pauseStops: 'claim_windows_and_admissions' };

    async function pausedInside() {
      const room = await makeRoom(redis.store, stops);
      await room.raise({ numbers: 1 });
      await room.arrive('ann', { claim: true });
      await room.configure({ mode: 'paused' }, T0 + seconds(100));
      const expiresAt = async (at: number) => (await redis.store.line.admission(room.id, 'ann', at))?.expiresAt;
      return { room, expiresAt };
    }

    test('shows the version before the same ends, up to a second', async () => {
      const { room, expiresAt } = await pausedInside();
      const seenEarlier = async () => {
        const [row, shifted] = await Promise.all([
          redis.client.hget(lineKey(room.id, 'admissions'), 'ann'),
          redis.client.hget(lineKey(room.id, 'line'), 'shifted'),
        ]);
        return Number(row?.split(':')[3]) + Number(shifted);
      };
      for (let second = 101; second <= 140; second++) {
        const at = T0 + seconds(second) + (second % 3) * 300;
        await stepEarlier(room.id, at - 200);
        await room.view(at);
        const ends = await expiresAt(at);
        expect(ends).toBe(at + seconds(500));
        expect(Math.abs((await seenEarlier()) - (ends ?? 0))).toBeLessThan(1000);
      }
      await room.configure({ mode: 'queue' }, T0 + seconds(150));
      expect(await expiresAt(T0 + seconds(151))).toBe(T0 + seconds(650));
      expect(await seenEarlier()).toBe(T0 + seconds(650));
    });

    test('goes on where the version before sets rules, which cannot say that it stops admissions', async () => {
      const { room, expiresAt } = await pausedInside();
      await redis.client.hset(lineKey(room.id, 'line'), 'pause_stops', 1, 'mode', 'paused');
      await room.view(T0 + seconds(300));
      expect(await expiresAt(T0 + seconds(300))).toBe(T0 + seconds(800));
    });

    test('begins at nothing in a line that the version before began by a reset', async () => {
      const { room, expiresAt } = await pausedInside();
      await room.configure({ mode: 'queue' }, T0 + seconds(200));
      // Its scripts leave the fields that they do not know.
      await redis.client.hset(lineKey(room.id, 'line'), {
        generation: 2,
        shifted: 0,
        queue: 0,
        serving: 0,
        claimed: 0,
      });
      await redis.client.del(lineKey(room.id, 'admissions'), lineKey(room.id, 'active'));
      expect(await room.view(T0 + seconds(201))).toMatchObject({ shifted: 0, stopped: 0 });
      expect(await expiresAt(T0 + seconds(201))).toBeUndefined();
    });

    test('goes on while the line is lost, for the places that are kept and the admissions in the ledger', async () => {
      const { room, expiresAt } = await pausedInside();
      const { counters, ...seen } = await room.view(T0 + seconds(130));
      await redis.client.flushall();
      const checkpoint = { ...seen, counters, draws: [] };
      const opening = { rules: { ...stops, size: 1, mode: 'paused' as const }, incarnation: 'new', checkpoint };
      await redis.store.line.open(room.id, opening, T0 + seconds(1000));
      expect(await room.view(T0 + seconds(1001))).toMatchObject({ inside: 1, stopped: seconds(901) });
      const ann = { visitor: 'ann', number: 1, issuedAt: T0, expiresAt: T0 + seconds(600) };
      const restoration = { incarnation: '', generation: 1, isComplete: true, admissions: [ann] };
      await redis.store.line.restoreAdmissions(room.id, restoration, T0 + seconds(1002));
      expect(await expiresAt(T0 + seconds(1100))).toBe(T0 + seconds(1600));
      expect(await room.view(T0 + seconds(1100))).toMatchObject({ inside: 1 });
    });

    test('costs no more with ten thousand visitors inside', async () => {
      const { room } = await pausedInside();
      const crowd = Array.from({ length: 10_000 }, (_, n) => [T0 + seconds(600), `v${n}`]).flat();
      await redis.client.zadd(lineKey(room.id, 'active'), ...crowd);
      const commands = async () =>
        Number(/cmdstat_zadd:calls=(\d+)/.exec(await redis.client.info('commandstats'))?.[1]);
      const before = await commands();
      await room.view(T0 + seconds(200));
      expect(await commands()).toBe(before);
    });
  });

  test('time stands still where thousands of batches have a deadline each', async () => {
    const { room, ann } = await pausedRoom();
    const batches = Array.from({ length: 1500 }, (_, n) => [n + 2, `${n + 2}:${T0 + seconds(9000 + n)}`]);
    await redis.client.zadd(lineKey(room.id, 'batches'), ...batches.flat());
    for (let second = 101; second <= 111; second++) {
      const at = T0 + seconds(second);
      await room.view(at);
      expect(await room.place(ann, at)).toEqual({ state: 'served', claimBy: at + seconds(20) });
    }
    await room.configure({ mode: 'queue' }, T0 + seconds(112));
    expect(await room.place(ann, T0 + seconds(113))).toEqual({ state: 'served', claimBy: T0 + seconds(132) });
  });

  test('the version before alone counts no more than a moment of its time', async () => {
    const { room, ann } = await pausedRoom();
    await redis.client.del(lineKey(room.id, 'batches'));
    // A turn that it served meanwhile.
    const claimBy = T0 + seconds(3720);
    await redis.client.zadd(lineKey(room.id, 'batches'), 1, `1:${claimBy}`);
    await stepEarlier(room.id, T0 + seconds(3600));
    await room.configure({ mode: 'queue' }, T0 + seconds(3601));
    const place = await room.place(ann, T0 + seconds(3601));
    expect(place).toMatchObject({ state: 'served' });
    const later = 'claimBy' in place ? place.claimBy - claimBy : Number.NaN;
    expect(later).toBeGreaterThanOrEqual(seconds(1));
    expect(later).toBeLessThanOrEqual(seconds(6));
  });

  test('a room that the version before resumed gives no time twice', async () => {
    const { room, ann } = await pausedRoom();
    await room.view(T0 + seconds(200));
    await redis.client.hset(lineKey(room.id, 'line'), 'mode', 'queue');
    await room.view(T0 + seconds(210));
    await room.configure({ mode: 'paused' }, T0 + seconds(210));
    expect(await room.place(ann, T0 + seconds(210))).toEqual({ state: 'served', claimBy: T0 + seconds(220) });
  });

  test('a line that was lost in the pause keeps numbers, and gives the next turn a whole claim window', async () => {
    const { room, ann } = await pausedRoom();
    const { counters, ...seen } = await room.view(T0 + seconds(101));
    await redis.client.flushall();
    const checkpoint = { ...seen, counters, draws: [] };
    await redis.store.line.open(room.id, { rules: paused, incarnation: 'new', checkpoint }, T0 + seconds(300));
    expect((await room.place(ann, T0 + seconds(300))).state).toBe('returned');
    await room.configure({ mode: 'queue' }, T0 + seconds(400));
    await room.rejoin(ann, T0 + seconds(400));
    await room.heard([1], T0 + seconds(400));
    await room.raise({ numbers: 1 }, T0 + seconds(400));
    expect(await room.place(ann, T0 + seconds(401))).toEqual({ state: 'served', claimBy: T0 + seconds(520) });
  });
});
