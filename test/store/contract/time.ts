import { describe, expect, it } from 'vitest';
import type { Stores } from './room-under-test.ts';
import { makeRoom, pick, seconds, T0 } from './room-under-test.ts';

/** An hour before anything happened. */
const BACK = T0 - seconds(3600);

export function describeTime(stores: () => Stores): void {
  describe('renewal', () => {
    it('starts the lifetime of a live admission anew', async () => {
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

    it('revives no admission that is over, and makes none', async () => {
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

  describe('a clock that jumps back', () => {
    it('serves nobody twice', async () => {
      const room = await makeRoom(stores().store, { size: 2 });
      const crowd = await room.crowd(4);
      await room.raise({ people: 2 });
      await room.claim(pick(crowd, 0), T0 + seconds(10));
      expect((await room.raise({ people: 2 }, BACK)).raisedBy).toBe(0);
      expect(await room.claim(pick(crowd, 0), BACK)).toMatchObject({ state: 'admitted', first: false });
      expect(await room.claim(pick(crowd, 2), BACK)).toEqual({ state: 'waiting' });
      expect(await room.counters(BACK)).toMatchObject({ claimed: 1, active: 1, serving: 2 });
    });

    it('lets no admission live longer than its lifetime from the line’s time', async () => {
      const { store } = stores();
      const room = await makeRoom(store, { lifetime: seconds(60) });
      await room.raise({ numbers: 1 });
      const ann = await room.arrive('ann');
      await room.view(T0 + seconds(5));
      expect(await room.claim(ann, BACK)).toMatchObject({
        admission: { issuedAt: T0 + seconds(5), expiresAt: T0 + seconds(65) },
      });
      expect(await room.renew('ann', BACK)).toMatchObject({ expiresAt: T0 + seconds(65) });
      await room.view(T0 + seconds(65));
      expect(await store.line.admission(room.id, 'ann', BACK)).toBeNull();
      expect(await room.renew('ann', BACK)).toBeNull();
      expect(await room.place(ann, BACK)).toEqual({ state: 'over' });
    });

    it('finds the line’s time where it was left by a change or a view, not by who asks for a place', async () => {
      const { store } = stores();
      const room = await makeRoom(store, { lifetime: seconds(60) });
      await room.raise({ numbers: 1 });
      const ann = await room.arrive('ann', { claim: true });
      expect(await room.place(ann, T0 + seconds(60))).toEqual({ state: 'over' });
      expect(await store.line.admission(room.id, 'ann', T0 + seconds(60))).toBeNull();
      expect(await store.line.admission(room.id, 'ann', BACK)).not.toBeNull();
    });

    it('gives back no claim window that has passed, and counts it once', async () => {
      const room = await makeRoom(stores().store);
      const ann = await room.arrive('ann');
      await room.raise({ numbers: 1 });
      await room.view(T0 + seconds(120));
      expect(await room.place(ann, BACK)).toEqual({ state: 'missed', away: false });
      expect(await room.claim(ann, BACK)).toEqual({ state: 'missed', away: false });
      expect((await room.counters(T0 + seconds(121))).expired).toBe(1);
    });

    it('gives who is served then the whole claim window', async () => {
      const room = await makeRoom(stores().store);
      const ann = await room.arrive('ann');
      await room.view(T0 + seconds(5));
      await room.raise({ numbers: 1 }, BACK);
      expect(await room.place(ann, BACK)).toEqual({ state: 'served', claimBy: T0 + seconds(125) });
    });

    it('keeps who is present, in line and in the draw', async () => {
      const room = await makeRoom(stores().store);
      await room.crowd(3);
      await room.announceDraw({}, T0 + seconds(5));
      await room.crowd(2, { at: BACK });
      expect(await room.view(BACK)).toMatchObject({ counters: { present: 3 }, entrantsPresent: 2 });
      await room.draw('opening', BACK);
      expect((await room.view(BACK)).draws).toMatchObject([
        { committedAt: T0 + seconds(5), drawnAt: T0 + seconds(5), entrants: 2 },
      ]);
    });

    it('stays where it was over a reset', async () => {
      const { store } = stores();
      const room = await makeRoom(store);
      await room.view(T0 + seconds(60));
      await store.line.reset(room.id, BACK);
      await room.raise({ numbers: 1 }, BACK);
      expect((await room.arrive('ann', { claim: true, at: BACK })).admission?.issuedAt).toBe(T0 + seconds(60));
    });
  });
}
