import { describe, expect, it } from 'vitest';
import type { Ports, RoomUnderTest } from './room-under-test.ts';
import { makeRoom, seconds, T0 } from './room-under-test.ts';

const at = (second: number) => T0 + seconds(second);

/** What an outage from one second to another took. */
const outage = (from: number, to: number, max = 100) => ({ from: at(from), to: at(to), max, after: 0 });

export function describeRestoring(stores: Ports<'line'>): void {
  const look = (room: RoomUnderTest, span: ReturnType<typeof outage>, second: number) =>
    stores().second.line.endedTurns(room.id, span, at(second));
  const endedTurns = async (...of: Parameters<typeof look>) => (await look(...of)).numbers;
  const restore = (room: RoomUnderTest, numbers: readonly number[], second: number, generation = 1) =>
    stores().store.line.restoreTurns(room.id, { generation, numbers }, at(second));

  describe('turns that an outage took', () => {
    /**
     * A room of size 4 where 2 and 1 came in, 3 missed the turn, 4 completed the visit, and 5 to 9 wait; admissions last
     * 10 minutes.
     */
    async function afterOutage() {
      const room = await makeRoom(stores().store, { size: 4, presenceTimeout: seconds(10_000) });
      const crowd = await room.crowd(9);
      await room.raise({ people: 4 });
      for (const number of [2, 1, 4]) await room.claim(crowd[number - 1] as (typeof crowd)[number], at(1));
      await room.exits({ completed: [String(crowd[3]?.visitor)] }, at(100));
      return { room, crowd };
    }

    it('are those that overlapped it without being completed, in the order of their numbers', async () => {
      const { room } = await afterOutage();
      expect(await endedTurns(room, outage(60, 300), 130)).toEqual([3]);
      expect(await endedTurns(room, outage(60, 300), 700)).toEqual([1, 2, 3]);
      expect(await endedTurns(room, outage(130, 300), 700)).toEqual([1, 2]);
      expect(await endedTurns(room, outage(602, 700), 700)).toEqual([]);
      expect(await endedTurns(room, outage(60, 300, 2), 700)).toEqual([1, 2]);
    });

    it('are told in parts, each after the last number of the one before', async () => {
      const { room } = await afterOutage();
      const span = outage(60, 300, 2);
      expect(await look(room, span, 700)).toEqual({ numbers: [1, 2], next: 2 });
      expect(await look(room, { ...span, after: 1 }, 700)).toEqual({ numbers: [2, 3], next: 3 });
      expect(await look(room, { ...span, after: 2 }, 700)).toEqual({ numbers: [3], next: null });
      expect(await look(room, { ...span, after: 3 }, 700)).toEqual({ numbers: [], next: null });
    });

    it('of a long range are looked at in parts, also where most were restored', async () => {
      const room = await makeRoom(stores().store, { size: 10_000, presenceTimeout: seconds(10_000) });
      await room.crowd(4500);
      await room.raise({ people: 2500 }, at(0));
      await room.raise({ people: 2000 }, at(2));
      const all = Array.from({ length: 4500 }, (_, i) => i + 1);
      const parts = async (max: number) => {
        const [numbers, nexts]: [number[], number[]] = [[], []];
        for (let after: number | null = 0; after !== null; ) {
          const part: Awaited<ReturnType<typeof look>> = await look(room, { ...outage(60, 300, max), after }, 400);
          numbers.push(...part.numbers);
          if (part.next !== null) nexts.push(part.next);
          after = part.next;
        }
        return { numbers, nexts };
      };
      expect(await parts(10_000)).toEqual({ numbers: all, nexts: [2000, 4000] });
      expect(await parts(1500)).toEqual({ numbers: all, nexts: [1500, 3000, 4500] });
      await restore(room, all.slice(0, 4400), 400);
      expect(await parts(1500)).toEqual({ numbers: all.slice(4400), nexts: [2000, 4000] });
      // Over DynamoDB each restored turn is a request.
    }, 120_000);

    it('include those of visitors whom the site reported as abandoned', async () => {
      const { room, crowd } = await afterOutage();
      await room.exits({ abandoned: [String(crowd[1]?.visitor)] }, at(90));
      expect(await endedTurns(room, outage(80, 95), 100)).toEqual([2]);
    });

    it('come before all others, within the size, and are not restored twice', async () => {
      const { room, crowd } = await afterOutage();
      expect(await restore(room, [3, 2, 1, 2], 700)).toEqual([1, 2, 3]);
      expect(await endedTurns(room, outage(60, 300), 700)).toEqual([]);
      expect(await restore(room, [1, 2, 3], 700)).toEqual([]);
      for (const number of [1, 2, 3])
        expect(await room.place(holder(crowd, number), at(700))).toEqual({ state: 'returned' });
      await room.heard([1, 2, 3, 5, 6, 7, 8, 9], at(700));
      await room.raise({ people: 4 }, at(701));
      const states = [];
      for (const each of crowd) states.push((await room.place(each, at(701))).state);
      expect(states).toEqual([
        'served',
        'served',
        'served',
        'over',
        'served',
        'waiting',
        'waiting',
        'waiting',
        'waiting',
      ]);
      expect(await room.claim(holder(crowd, 1), at(702))).toMatchObject({ state: 'admitted', first: true });
    });

    it('come before all others in a raise over numbers too', async () => {
      const { room, crowd } = await afterOutage();
      await restore(room, [1, 2, 3], 700);
      await room.heard([1, 2, 3], at(700));
      await room.raise({ numbers: 2 }, at(701));
      const states = [];
      for (const each of crowd.slice(0, 5)) states.push((await room.place(each, at(701))).state);
      expect(states).toEqual(['served', 'served', 'returned', 'over', 'waiting']);
    });

    it('that were restored and missed again belong to a later outage alone', async () => {
      const { room } = await afterOutage();
      await restore(room, [1], 700);
      await room.heard([1], at(700));
      await room.raise({ people: 1 }, at(701));
      expect(await endedTurns(room, outage(60, 300), 1000)).toEqual([2, 3]);
      expect(await endedTurns(room, outage(750, 800), 1000)).toEqual([1]);
    });

    it('are not those of visitors who have a place, a turn or an admission', async () => {
      const { room, crowd } = await afterOutage();
      await room.rejoin(holder(crowd, 3), at(130));
      expect(await endedTurns(room, outage(60, 300), 140)).toEqual([]);
      expect(await restore(room, [1, 3, 5, 10, 0], 140)).toEqual([]);
    });

    it('began before their first claim window where they were extended', async () => {
      const room = await makeRoom(stores().store, { size: 1 });
      const ann = await room.arrive('ann');
      await room.raise({ people: 1 });
      await room.extend(ann, at(50));
      expect(await endedTurns(room, outage(10, 20), 1000)).toEqual([1]);
    });

    it('are forgotten with the generation', async () => {
      const { room } = await afterOutage();
      await room.view(at(700));
      await stores().store.line.reset(room.id, { incarnation: '' }, at(700));
      await room.crowd(9, { at: at(700) });
      expect(await endedTurns(room, outage(60, 300), 700)).toEqual([]);
      expect(await restore(room, [1], 700, 1)).toEqual([]);
    });

    it('are forgotten after a day', async () => {
      const { room } = await afterOutage();
      await room.view(at(700));
      expect(await endedTurns(room, outage(60, 300), 601 + 24 * 3600)).toEqual([1, 2]);
      expect(await endedTurns(room, outage(60, 300), 602 + 24 * 3600)).toEqual([]);
    });
  });

  describe('a number that is restored', () => {
    it('that its visitor gave up while waiting waits where it was', async () => {
      const room = await makeRoom(stores().store, { size: 2 });
      const crowd = await room.crowd(3);
      await room.leave(holder(crowd, 2));
      expect(await room.counters()).toMatchObject({ waiting: 2 });
      expect(await restore(room, [2], 0)).toEqual([2]);
      expect(await room.place(holder(crowd, 2))).toEqual({ state: 'waiting' });
      expect(await room.counters()).toMatchObject({ waiting: 3 });
    });

    it('gets a credit at once, where there is one and its visitor is present', async () => {
      const room = await makeRoom(stores().store, { size: 2 });
      const ann = await room.arrive('ann');
      await room.raise({ people: 1 });
      await room.view(at(130));
      await room.heard([1], at(130));
      await room.raise({ people: 2 }, at(130));
      expect(await restore(room, [1], 130)).toEqual([1]);
      expect(await room.place(ann, at(130))).toMatchObject({ state: 'served' });
      expect(await room.arrive('bob', { claim: true, at: at(130) })).toMatchObject({ admission: { number: 2 } });
      expect(await room.arrive('eve', { claim: true, at: at(130) })).toMatchObject({ admission: null });
    });

    it('takes a credit when its visitor is back, not before', async () => {
      const room = await makeRoom(stores().store, { size: 2, presenceTimeout: seconds(60) });
      const [ann, bob] = [await room.arrive('ann'), await room.arrive('bob')];
      await room.leave(ann);
      await room.leave(bob);
      await room.raise({ people: 2 });
      expect(await restore(room, [1, 2], 200)).toEqual([1, 2]);
      expect(await room.place(ann, at(200))).toEqual({ state: 'returned' });
      expect(await room.arrive('eve', { claim: true, at: at(200) })).toMatchObject({ admission: { number: 3 } });
      await room.heard([2], at(201));
      await room.heard([1], at(201));
      expect(await room.place(bob, at(201))).toMatchObject({ state: 'served' });
      expect(await room.place(ann, at(201))).toEqual({ state: 'returned' });
    });

    it('takes a credit before a greater one whose visitor is back at the same moment', async () => {
      const room = await makeRoom(stores().store, { size: 1, presenceTimeout: seconds(60) });
      const [ann, bob] = [await room.arrive('ann'), await room.arrive('bob')];
      await room.leave(ann);
      await room.leave(bob);
      await room.raise({ people: 2 });
      expect(await restore(room, [1, 2], 200)).toEqual([1, 2]);
      await room.heard([2, 1], at(201));
      expect(await room.place(ann, at(201))).toMatchObject({ state: 'served' });
      expect(await room.place(bob, at(201))).toEqual({ state: 'returned' });
    });

    it('does not block the line while its visitor is absent', async () => {
      const room = await makeRoom(stores().store, { size: 1 });
      const [ann, bob] = [await room.arrive('ann'), await room.arrive('bob')];
      await room.leave(ann);
      await room.raise({ numbers: 2 });
      await restore(room, [1], 0);
      expect(await room.place(bob)).toMatchObject({ state: 'served' });
      expect(await room.place(ann)).toEqual({ state: 'returned' });
    });
  });
}

function holder<T>(crowd: readonly T[], number: number): T {
  return crowd[number - 1] as T;
}
