import { describe, expect, it } from 'vitest';
import { NO_COUNTERS } from '#support/line-view.ts';
import type { Ports } from './room-under-test.ts';
import { makeRoom, pick, seconds, T0 } from './room-under-test.ts';

export function describeEndings(stores: Ports<'line'>): void {
  describe('leaving, exits and reset', () => {
    it('uses up the number of a visitor who leaves the line, and stops counting them', async () => {
      const room = await makeRoom(stores().store);
      const crowd = await room.crowd(3);
      await room.leave(pick(crowd, 1));
      await room.leave(pick(crowd, 1));
      expect(await room.place(pick(crowd, 1))).toEqual({ state: 'over' });
      expect(await room.counters()).toMatchObject({ queue: 3, waiting: 2, present: 2, abandoned: 0 });
      await room.heard([2]);
      expect((await room.counters()).present).toBe(2);
    });

    it('frees the held place of a served visitor who leaves', async () => {
      const room = await makeRoom(stores().store, { size: 1 });
      const crowd = await room.crowd(2);
      await room.raise({ people: 1 });
      await room.leave(pick(crowd, 0));
      expect((await room.raise({ people: 1 })).raisedBy).toBe(1);
      expect((await room.claim(pick(crowd, 1))).state).toBe('admitted');
    });

    it('ends the admission of a visitor who leaves from inside, as abandoned', async () => {
      const room = await makeRoom(stores().store);
      const ann = await room.arrive('ann');
      await room.raise({ numbers: 1 });
      await room.claim(ann);
      await room.leave(ann);
      await room.leave(ann);
      expect(await room.place(ann)).toEqual({ state: 'over' });
      expect(await room.counters()).toMatchObject({ claimed: 1, active: 0, abandoned: 1 });
    });

    it('ends each admission that the site reports once, and counts the unknown', async () => {
      const room = await makeRoom(stores().store);
      await room.raise({ numbers: 3 });
      for (const visitor of ['ann', 'bob', 'cy']) await room.arrive(visitor, { claim: true });
      const told = await room.exits({ completed: ['ann', 'nobody'], abandoned: ['bob', 'ann'] });
      expect(told).toMatchObject({
        unknown: 2,
        ended: ['ann', 'bob'],
        counters: { active: 1, completed: 1, abandoned: 1 },
      });
      const again = await room.exits({ completed: ['ann', 'cy', 'cy'] });
      expect(again).toMatchObject({ unknown: 2, ended: ['cy'], counters: { active: 0, completed: 2, abandoned: 1 } });
    });

    it('counts an exit once that is reported to two processes at once', async () => {
      const { store, second } = stores();
      const room = await makeRoom(store);
      await room.raise({ numbers: 1 });
      await room.arrive('ann', { claim: true });
      const told = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          (n % 2 ? store : second).line.reportExits(room.id, { exited: 0, completed: ['ann'], abandoned: [] }, T0),
        ),
      );
      expect(told.reduce((unknown, result) => unknown + result.unknown, 0)).toBe(19);
      expect(told.flatMap(({ ended }) => ended)).toEqual(['ann']);
      expect((await room.counters()).completed).toBe(1);
    });

    it('frees places for exits without a name until those admissions expire', async () => {
      const room = await makeRoom(stores().store, { size: 2, lifetime: seconds(60) });
      const crowd = await room.crowd(5);
      await room.raise({ people: 2 });
      await room.claim(pick(crowd, 0));
      await room.claim(pick(crowd, 1));
      expect((await room.raise({ people: 2 })).raisedBy).toBe(0);
      expect((await room.exits({ exited: 1 })).unknown).toBe(0);
      expect((await room.raise({ people: 2 })).raisedBy).toBe(1);
      await room.claim(pick(crowd, 2), T0 + seconds(30));
      // The two first run out; one of them was the exit, so that one place is free and not two.
      expect((await room.raise({ people: 2 }, T0 + seconds(60))).raisedBy).toBe(1);
      expect(await room.counters(T0 + seconds(60))).toMatchObject({ active: 1, serving: 4 });
    });

    it('counts no more exits than there are visitors inside', async () => {
      const room = await makeRoom(stores().store, { size: 2 });
      await room.crowd(9);
      await room.exits({ exited: 100 });
      expect((await room.raise({ people: 9 })).raisedBy).toBe(2);
    });

    it('lets a visitor whose admission is over join again, and counts them again', async () => {
      const room = await makeRoom(stores().store);
      await room.raise({ numbers: 2 });
      await room.arrive('ann', { claim: true });
      await room.exits({ completed: ['ann'] });
      expect((await room.arrive('ann', { claim: true })).admission).toMatchObject({ number: 2 });
      expect(await room.counters()).toMatchObject({ claimed: 2, active: 1, completed: 1 });
    });

    it('starts a new generation on reset: all counters 0, all tickets and admissions void', async () => {
      const { store } = stores();
      const room = await makeRoom(store, { size: 5 });
      await room.raise({ people: 1 });
      const inside = await room.arrive('ann', { claim: true });
      const waiting = await room.arrive('bob');
      expect(await store.line.reset(room.id, { incarnation: '' }, T0)).toEqual(NO_COUNTERS);
      expect(await room.place(inside)).toEqual({ state: 'stale' });
      expect(await room.place(waiting)).toEqual({ state: 'stale' });
      expect(await store.line.admission(room.id, 'ann', T0)).toBeNull();
      expect((await room.exits({ completed: ['ann'] })).unknown).toBe(1);
      expect(await room.arrive('bob')).toMatchObject({ generation: 2, number: 1, admission: null });
      expect(await room.place(waiting)).toEqual({ state: 'stale' });
      // The rules stay.
      expect((await room.raise({ people: 50 })).counters.serving).toBe(5);
    });
  });
}
