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
