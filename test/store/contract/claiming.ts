import { describe, expect, it } from 'vitest';
import type { Place } from '#waiting-room/line/place.ts';
import type { Ports } from './room-under-test.ts';
import { makeRoom, pick, seconds, T0 } from './room-under-test.ts';

const isFirst = (place: Place) => place.state === 'admitted' && place.first;

export function describeClaiming(stores: Ports<'line'>): void {
  describe('claiming', () => {
    it('changes nothing before the turn', async () => {
      const room = await makeRoom(stores().store);
      const ann = await room.arrive('ann');
      const before = await room.view();
      expect(await room.claim(ann)).toEqual({ state: 'waiting' });
      expect(await room.view()).toEqual(before);
    });

    it('admits served visitors for the lifetime of an admission', async () => {
      const room = await makeRoom(stores().store);
      const ann = await room.arrive('ann');
      await room.raise({ numbers: 1 });
      const at = T0 + 5000;
      const admission = { visitor: 'ann', number: 1, generation: 1, issuedAt: at, expiresAt: at + 600_000 };
      expect(await room.claim(ann, at)).toEqual({ state: 'admitted', admission, first: true });
      expect(await room.place(ann, at)).toEqual({ state: 'admitted', admission, first: false });
      expect(await stores().store.line.admission(room.id, 'ann', at)).toEqual(admission);
      expect(await room.view(at)).toMatchObject({ held: 0, counters: { claimed: 1, active: 1, waiting: 0 } });
    });

    it('admits for the lifetime that a claim names', async () => {
      const room = await makeRoom(stores().store);
      const [ann, bob] = [await room.arrive('ann'), await room.arrive('bob')];
      await room.raise({ numbers: 2 });
      const at = T0 + 5000;
      expect(await room.claim({ ...ann, lifetime: 7000 }, at)).toMatchObject({ admission: { expiresAt: at + 7000 } });
      // Of the first claim only, and of no other visitor.
      expect(await room.claim({ ...ann, lifetime: 9000 }, at)).toMatchObject({ admission: { expiresAt: at + 7000 } });
      expect(await room.claim(bob, at)).toMatchObject({ admission: { expiresAt: at + 600_000 } });
      expect(await room.counters(at + 7000)).toMatchObject({ active: 1 });
    });

    it('lets a visitor take a missed turn late, while a place is free', async () => {
      const room = await makeRoom(stores().store, { size: 1 });
      const [ann, bob] = [await room.arrive('ann'), await room.arrive('bob')];
      await room.raise({ numbers: 1 });
      const late = T0 + 121_000;
      expect(await room.claim(ann, late)).toMatchObject({ state: 'missed', away: false });
      await room.raise({ people: 1 }, late);
      expect(await room.claim({ ...ann, late: true }, late)).toMatchObject({ state: 'missed', away: false });
      await room.leave(bob, late);
      expect(await room.claim({ ...ann, late: true }, late)).toMatchObject({ state: 'admitted', first: true });
      expect(await room.counters(late)).toMatchObject({ active: 1, claimed: 1 });
    });

    it('counts a visitor once who claims fifty times at once, and answers each claim with the same admission', async () => {
      const { store, second } = stores();
      const room = await makeRoom(store);
      const ann = await room.arrive('ann');
      await room.raise({ numbers: 1 });
      const places = await Promise.all(
        Array.from({ length: 50 }, (_, n) => room.claim(ann, T0 + n, n % 2 ? store.line : second.line)),
      );
      expect(places.filter(isFirst)).toHaveLength(1);
      expect(new Set(places.map((place) => JSON.stringify({ ...place, first: false }))).size).toBe(1);
      expect(await room.counters(T0 + 50)).toMatchObject({ claimed: 1, active: 1 });
    });

    it('admits exactly 500 of 10,000 who claim at once in a room of 500', async () => {
      const { store, second } = stores();
      const room = await makeRoom(store, { size: 500 });
      const crowd = await room.crowd(10_000);
      await room.raise({ numbers: 10_000 });
      const places = await Promise.all(
        crowd.map((holder, n) => room.claim(holder, T0, n % 2 ? store.line : second.line)),
      );
      expect(places.filter(isFirst)).toHaveLength(500);
      expect(places.filter((place) => place.state === 'waiting')).toHaveLength(9500);
      expect(await room.counters()).toMatchObject({ claimed: 500, active: 500, serving: 500, waiting: 9500 });
    });

    it('admits exactly 500 of 2,000 newcomers who join at once in a room of 500', async () => {
      const { store, second } = stores();
      const room = await makeRoom(store, { size: 500 });
      await room.raise({ people: 10_000 });
      const arrivals = await Promise.all(
        Array.from({ length: 2000 }, (_, n) =>
          room.arrive(`visitor-${n}`, { claim: true, via: n % 2 ? store.line : second.line }),
        ),
      );
      expect(arrivals.filter((arrival) => arrival.admission)).toHaveLength(500);
      expect(await room.counters()).toMatchObject({ queue: 2000, claimed: 500, active: 500 });
    });

    it('never admits more than fit while visitors claim and leave and the counter is raised concurrently', async () => {
      const { store, second } = stores();
      const room = await makeRoom(store, { size: 20 });
      const crowd = await room.crowd(200);
      for (let round = 0; round < 10; round++) {
        const at = T0 + round;
        await Promise.all([
          ...crowd.slice(0, 3).map((holder) => room.leave(holder, at)),
          room.raise({ people: 7 }, at),
          ...crowd.map((holder, n) => room.claim(holder, at, n % 2 ? store.line : second.line)),
          room.crowd(3, { claim: true, at, via: second.line }),
        ]);
        const { counters, held } = await room.view(at);
        const credits = Math.max(0, counters.serving - counters.queue);
        expect(counters.active + held + credits).toBeLessThanOrEqual(20);
        crowd.splice(0, 3);
      }
      expect((await room.counters(T0 + 10)).claimed).toBeGreaterThanOrEqual(20);
    });

    it('treats a ticket of an older generation and a number that was never issued as stale', async () => {
      const room = await makeRoom(stores().store);
      const ann = await room.arrive('ann');
      await room.raise({ numbers: 10 });
      for (const holder of [
        { ...ann, generation: 0 },
        { ...ann, generation: 2 },
        { ...ann, number: 0 },
        { ...ann, number: 2 },
      ]) {
        expect(await room.place(holder)).toEqual({ state: 'stale' });
        expect(await room.claim(holder)).toEqual({ state: 'stale' });
        expect(await room.rejoin(holder)).toEqual({ state: 'stale' });
        await room.leave(holder);
      }
      expect(await room.counters()).toMatchObject({ claimed: 0, waiting: 0, serving: 10 });
      expect((await room.claim(ann)).state).toBe('admitted');
    });

    it('ends an admission after its lifetime, and uses up its number', async () => {
      const room = await makeRoom(stores().store, { lifetime: seconds(60) });
      const ann = await room.arrive('ann');
      await room.raise({ numbers: 1 });
      await room.claim(ann);
      expect((await room.place(ann, T0 + 59_999)).state).toBe('admitted');
      expect(await room.place(ann, T0 + 60_000)).toEqual({ state: 'over' });
      expect(await room.claim(ann, T0 + 60_000)).toEqual({ state: 'over' });
      expect(await room.rejoin(ann, T0 + 60_000)).toEqual({ state: 'over' });
      expect(await stores().store.line.admission(room.id, 'ann', T0 + 60_000)).toBeNull();
      expect(await room.counters(T0 + 60_000)).toMatchObject({ claimed: 1, active: 0, expired: 0 });
    });

    it('gives the place of an expired admission to the next in line', async () => {
      const room = await makeRoom(stores().store, { size: 1, lifetime: seconds(60) });
      const crowd = await room.crowd(2);
      await room.raise({ people: 1 });
      await room.claim(pick(crowd, 0));
      expect((await room.raise({ people: 1 }, T0 + 59_999)).raisedBy).toBe(0);
      expect((await room.raise({ people: 1 }, T0 + 60_000)).raisedBy).toBe(1);
      expect((await room.claim(pick(crowd, 1), T0 + 60_000)).state).toBe('admitted');
    });
  });
}
