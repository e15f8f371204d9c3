import { describe, expect, it } from 'vitest';
import type { Arrival, Ports, RoomUnderTest } from './room-under-test.ts';
import { freshId, makeRoom, pick, RULES, seconds, T0 } from './room-under-test.ts';

export function describeTime(stores: Ports<'line'>): void {
  describe('renewal', () => {
    it('restarts the lifetime of a live admission', async () => {
      const { store } = stores();
      const room = await makeRoom(store, { lifetime: seconds(60) });
      await room.raise({ numbers: 1 });
      const ann = await room.arrive('ann', { claim: true });
      const longer = { visitor: 'ann', number: 1, generation: 1, issuedAt: T0, expiresAt: T0 + seconds(90) };
      expect(await room.renew('ann', T0 + seconds(30))).toEqual(longer);
      expect(await store.line.admission(room.id, 'ann', T0 + seconds(89))).toEqual(longer);
      expect(await room.place(ann, T0 + seconds(89))).toMatchObject({ state: 'admitted', admission: longer });
      expect((await room.counters(T0 + seconds(89))).active).toBe(1);
      expect((await room.counters(T0 + seconds(90))).active).toBe(0);
      expect(await room.counters(T0 + seconds(90))).toMatchObject({ claimed: 1, completed: 0 });
    });

    it('revives no admission that is over, and creates none', async () => {
      const room = await makeRoom(stores().store, { lifetime: seconds(60) });
      await room.raise({ numbers: 2 });
      const ann = await room.arrive('ann', { claim: true });
      await room.arrive('bob', { claim: true });
      await room.exits({ completed: ['bob'] });
      expect(await room.renew('bob')).toBeNull();
      expect(await room.renew('nobody')).toBeNull();
      expect(await room.renew('ann', T0 + seconds(60))).toBeNull();
      expect(await room.place(ann, T0 + seconds(60))).toEqual({ state: 'over' });
    });

    it('never makes an admission shorter', async () => {
      const room = await makeRoom(stores().store, { lifetime: seconds(60) });
      await room.raise({ numbers: 1 });
      const { admission } = await room.arrive('ann', { claim: true });
      await room.configure({ lifetime: seconds(5) });
      expect(await room.renew('ann', T0 + seconds(1))).toEqual(admission);
    });

    it('ends a renewed admission once', async () => {
      const room = await makeRoom(stores().store, { size: 1, lifetime: seconds(60) });
      await room.raise({ people: 1 });
      await room.arrive('ann', { claim: true });
      await room.renew('ann', T0 + seconds(30));
      await room.renew('ann', T0 + seconds(31));
      expect(await room.exits({ completed: ['ann', 'ann'] }, T0 + seconds(32))).toMatchObject({
        unknown: 1,
        counters: { active: 0, completed: 1 },
      });
      await room.view(T0 + seconds(200));
      expect(await room.counters(T0 + seconds(200))).toMatchObject({ active: 0, claimed: 1, completed: 1 });
    });
  });

  describe('a clock that is a little behind', () => {
    it('counts as being at the line’s time', async () => {
      const { store, second } = stores();
      const room = await makeRoom(store, { lifetime: seconds(60) });
      await room.raise({ numbers: 1 });
      const ann = await room.arrive('ann');
      await room.view(T0 + seconds(5));
      expect(await room.claim(ann, T0, second.line)).toMatchObject({
        admission: { issuedAt: T0 + seconds(5), expiresAt: T0 + seconds(65) },
      });
      await room.view(T0 + seconds(65));
      expect(await store.line.admission(room.id, 'ann', T0 + seconds(60))).toBeNull();
      expect(await room.renew('ann', T0 + seconds(60))).toBeNull();
      expect(await room.place(ann, T0 + seconds(60))).toEqual({ state: 'over' });
    });

    it('gives a served visitor the whole claim window from there', async () => {
      const room = await makeRoom(stores().store);
      const ann = await room.arrive('ann');
      await room.view(T0 + seconds(5));
      await room.raise({ numbers: 1 });
      expect(await room.place(ann)).toEqual({ state: 'served', claimBy: T0 + seconds(125) });
    });

    it('finds the line’s time as a change or a view left it, not a lookup of a place', async () => {
      const { store } = stores();
      const room = await makeRoom(store, { lifetime: seconds(60) });
      await room.raise({ numbers: 1 });
      const ann = await room.arrive('ann', { claim: true });
      expect(await room.place(ann, T0 + seconds(60))).toEqual({ state: 'over' });
      expect(await store.line.admission(room.id, 'ann', T0 + seconds(60))).toBeNull();
      expect(await store.line.admission(room.id, 'ann', T0)).not.toBeNull();
    });
  });

  describe('a clock that jumped back an hour', () => {
    /** An hour before the line was at T0 + 100 s, where each of these tests leaves it. */
    const BACK = T0 + seconds(100 - 3600);

    it('serves nobody twice, and counts nobody twice', async () => {
      const room = await makeRoom(stores().store, { size: 2 });
      const crowd = await room.crowd(4);
      await room.raise({ people: 2 });
      await room.claim(pick(crowd, 0), T0 + seconds(100));
      expect((await room.raise({ people: 2 }, BACK)).raisedBy).toBe(0);
      expect(await room.claim(pick(crowd, 0), BACK)).toMatchObject({ state: 'admitted', first: false });
      expect(await room.claim(pick(crowd, 2), BACK)).toEqual({ state: 'waiting' });
      expect(await room.counters(BACK)).toMatchObject({ claimed: 1, active: 1, serving: 2 });
    });

    it('lets an admission live exactly as long as it would have', async () => {
      const { store, second } = stores();
      const room = await makeRoom(store, { lifetime: seconds(600) });
      await room.raise({ numbers: 1 });
      const ann = await room.arrive('ann', { claim: true });
      await room.view(T0 + seconds(100));
      await second.line.view(room.id, BACK);
      const admission = {
        visitor: 'ann',
        number: 1,
        generation: 1,
        issuedAt: BACK - seconds(100),
        expiresAt: BACK + seconds(500),
      };
      expect(await store.line.admission(room.id, 'ann', BACK)).toEqual(admission);
      expect(await room.claim(ann, BACK + seconds(500) - 1)).toEqual({ state: 'admitted', admission, first: false });
      expect((await room.counters(BACK + seconds(500) - 1)).active).toBe(1);
      expect((await room.counters(BACK + seconds(500))).active).toBe(0);
      expect(await room.place(ann, BACK + seconds(500))).toEqual({ state: 'over' });
    });

    it('lets each of thousands of admissions live as long as it would have', async () => {
      const room = await makeRoom(stores().store, { lifetime: seconds(600) });
      await room.raise({ numbers: 5000 });
      for (let n = 0; n < 5; n++) await room.crowd(1000, { claim: true, at: T0 + seconds(20 * n) });
      await room.view(T0 + seconds(100));
      expect((await room.counters(BACK)).active).toBe(5000);
      for (let n = 0; n < 5; n++) {
        const end = BACK + seconds(500 + 20 * n);
        expect((await room.counters(end - 1)).active).toBe(5000 - 1000 * n);
        expect((await room.counters(end)).active).toBe(4000 - 1000 * n);
      }
    });

    it('does not shorten a renewed admission, and renews from the new time', async () => {
      const room = await makeRoom(stores().store, { lifetime: seconds(600) });
      await room.raise({ numbers: 1 });
      await room.arrive('ann', { claim: true });
      await room.view(T0 + seconds(100));
      expect(await room.renew('ann', BACK)).toMatchObject({
        issuedAt: BACK - seconds(100),
        expiresAt: BACK + seconds(600),
      });
    });

    it('leaves served visitors the rest of their claim window, also of the second one', async () => {
      const room = await makeRoom(stores().store);
      const crowd = await room.crowd(3);
      const [ann, bob, cy] = [0, 1, 2].map((n) => pick(crowd, n)) as [Arrival, Arrival, Arrival];
      await room.raise({ numbers: 1 });
      // Ann has missed her turn at T0 + 120 s and is served again.
      await room.heard([2, 3], T0 + seconds(120));
      await room.raise({ numbers: 1 }, T0 + seconds(120));
      await room.rejoin(ann, T0 + seconds(120));
      await room.raise({ people: 1 }, T0 + seconds(120));
      const back = T0 + seconds(160 - 3600);
      await room.view(T0 + seconds(160));
      await room.raise({ numbers: 1 }, back);
      expect(await room.place(ann, back)).toEqual({ state: 'served', claimBy: back + seconds(80) });
      expect(await room.place(bob, back)).toEqual({ state: 'served', claimBy: back + seconds(80) });
      expect(await room.place(cy, back)).toEqual({ state: 'served', claimBy: back + seconds(120) });
      expect((await room.claim(bob, back + seconds(80) - 1)).state).toBe('admitted');
      expect(await room.claim(ann, back + seconds(80))).toMatchObject({ state: 'missed', away: false });
      expect((await room.claim(cy, back + seconds(120) - 1)).state).toBe('admitted');
      expect(await room.counters(back + seconds(120))).toMatchObject({ claimed: 2, expired: 2 });
      expect((await room.view(back + seconds(120))).held).toBe(0);
    });

    it('restores no claim window that has passed, and counts it once', async () => {
      const room = await makeRoom(stores().store);
      const ann = await room.arrive('ann');
      await room.raise({ numbers: 1 });
      await room.view(T0 + seconds(120));
      const back = T0 + seconds(120 - 3600);
      expect(await room.claim(ann, back)).toMatchObject({ state: 'missed', away: false });
      expect(await room.place(ann, back)).toMatchObject({ state: 'missed', away: false });
      expect((await room.counters(back + seconds(200))).expired).toBe(1);
      expect((await room.counters(T0 + seconds(121))).expired).toBe(1);
    });

    it('keeps visitors present as long as they would have been, in line and in the draw', async () => {
      const room = await makeRoom(stores().store);
      await room.crowd(3);
      await room.announceDraw();
      await room.crowd(2);
      await room.view(T0 + seconds(100));
      // Present for three minutes at least and four at most, of which 100 s have passed.
      for (const [after, present, entrantsPresent] of [
        [0, 3, 2],
        [139, 3, 2],
        [140, 0, 0],
      ] as const) {
        const view = await room.view(BACK + seconds(after));
        expect(view).toMatchObject({ counters: { present }, entrantsPresent });
      }
    });

    it('opens a draw by the new time, and keeps its announced times', async () => {
      const room = await makeRoom(stores().store);
      await room.announceDraw({ opensAt: T0 + seconds(50) });
      await room.crowd(2, { at: T0 + seconds(100) });
      expect(await room.arrive('early', { at: BACK })).toMatchObject({ number: 1, entry: null });
      expect(await room.arrive('late', { at: T0 + seconds(50) })).toMatchObject({
        number: 0,
        entry: { draw: 1, index: 2 },
      });
      await room.draw('opening', T0 + seconds(51));
      expect((await room.view(T0 + seconds(51))).draws).toMatchObject([
        { committedAt: T0, opensAt: T0 + seconds(50), drawnAt: T0 + seconds(51), base: 1 },
      ]);
    });

    it('does not move the line by asking for a place or an admission', async () => {
      const { store } = stores();
      const room = await makeRoom(store, { lifetime: seconds(100) });
      await room.raise({ numbers: 1 });
      const ann = await room.arrive('ann', { claim: true });
      await room.view(T0 + seconds(100));
      expect(await room.place(ann, BACK)).toEqual({ state: 'over' });
      expect(await store.line.admission(room.id, 'ann', BACK)).toBeNull();
      // Would the line be at BACK now, it would end there.
      expect((await room.counters(T0 + seconds(96))).active).toBe(0);
      const { admission } = await arriveWithCredit(room, T0 + seconds(96));
      expect(admission?.issuedAt).toBe(T0 + seconds(100));
    });

    it('is followed again if it jumps back again', async () => {
      const room = await makeRoom(stores().store, { lifetime: seconds(600) });
      const { admission } = await arriveWithCredit(room, T0);
      expect(admission?.expiresAt).toBe(T0 + seconds(600));
      await room.view(T0 + seconds(100));
      await room.view(BACK);
      await room.view(BACK + seconds(30));
      const again = BACK - seconds(7200);
      expect((await room.counters(again + seconds(469))).active).toBe(1);
      expect((await room.counters(again + seconds(470))).active).toBe(1);
      expect((await room.counters(again + seconds(1000))).active).toBe(0);
    });

    it('moves the line’s time, which a reset keeps', async () => {
      const { store } = stores();
      const room = await makeRoom(store);
      await room.view(T0 + seconds(100));
      await room.view(BACK);
      await room.view(BACK + seconds(30));
      await store.line.reset(room.id, { incarnation: '' }, BACK + seconds(30));
      expect((await arriveWithCredit(room, BACK + seconds(26))).admission?.issuedAt).toBe(BACK + seconds(30));
    });
  });

  describe('the line’s time', () => {
    it('is that of the clock furthest ahead, and a jump back does not count as time that passed', async () => {
      const { store, second } = stores();
      const room = await makeRoom(store);
      expect(await room.view(T0 + seconds(10))).toMatchObject({ clock: T0 + seconds(10), shifted: 0 });
      expect(await second.line.view(room.id, T0 + seconds(6))).toMatchObject({ clock: T0 + seconds(10), shifted: 0 });
      const back = T0 + seconds(10 - 3600);
      expect(await room.view(back)).toMatchObject({ clock: back, shifted: -seconds(3600) });
      expect(await second.line.view(room.id, back + seconds(5))).toMatchObject({ shifted: -seconds(3600) });
      // The other one of two clocks brings the line forward again.
      const forward = T0 + seconds(16);
      expect(await second.line.view(room.id, forward)).toMatchObject({ clock: forward, shifted: 0 });
    });

    it('does not shift the time of a reset line', async () => {
      const { store } = stores();
      const room = await makeRoom(store);
      await room.view(T0 + seconds(3600));
      await room.view(T0);
      await store.line.reset(room.id, { incarnation: '' }, T0);
      expect(await room.view(T0 + 1)).toMatchObject({ clock: T0 + 1, shifted: 0 });
    });

    it('moves the time since when heartbeats count', async () => {
      const { store } = stores();
      const room = await makeRoom(store);
      const seen = await room.view(T0 + seconds(10));
      const checkpoint = {
        ...{ incarnation: seen.incarnation, generation: 1, shifted: 0, turns: 0, joinPeak: 0, alarm: false },
        ...{ inletState: '', notes: seen.notes, counters: { ...seen.counters, queue: 5 } },
      };
      await store.line.open(room.id, { rules: RULES, incarnation: '', checkpoint }, T0 + seconds(10));
      expect((await room.view(T0 + seconds(20))).heartbeatsSince).toBe(T0 + seconds(10));
      expect((await room.view(T0 + seconds(20 - 3600))).heartbeatsSince).toBe(T0 + seconds(10 - 3600));
    });
  });

  describe('two clocks that differ', () => {
    it.each([10, 50, 61, 120, 3600])('by %i s let time pass as one clock does', async (difference) => {
      const { store, second } = stores();
      const room = await makeRoom(store, { lifetime: seconds(600) });
      const { admission } = await arriveWithCredit(room, T0);
      expect(admission?.expiresAt).toBe(T0 + seconds(600));
      const isIn = async (n: number) => {
        await second.line.view(room.id, T0 + seconds(n - difference));
        return (await room.counters(T0 + seconds(n))).active === 1;
      };
      let lived = 0;
      while (lived < 700 && (await isIn(lived))) lived += 1;
      expect(lived).toBeGreaterThanOrEqual(599);
      expect(lived).toBeLessThanOrEqual(601);
    });
  });
}

/** Somebody who comes where a place stands open. */
async function arriveWithCredit(room: RoomUnderTest, at: number): Promise<Arrival> {
  await room.raise({ numbers: 1 }, at);
  return room.arrive(freshId('visitor'), { claim: true, at });
}
