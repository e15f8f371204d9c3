import { describe, expect, it } from 'vitest';
import type { Ports } from './room-under-test.ts';
import { makeRoom, pick, seconds, T0 } from './room-under-test.ts';

/** Of the first generation of a line without an incarnation. */
const OF_LINE = { incarnation: '', generation: 1, draw: 0, visitors: [] };

export function describeDiscarding(stores: Ports<'line'>): void {
  describe('a join whose answer reached nobody', () => {
    it('leaves numbers that count as left and block nobody', async () => {
      const { store } = stores();
      const room = await makeRoom(store);
      const crowd = await room.crowd(6);
      await store.line.discard(room.id, { ...OF_LINE, from: 2, to: 4 }, T0);
      expect(await room.counters()).toMatchObject({ queue: 6, waiting: 3, present: 3 });
      // A raise goes over numbers of visitors.
      await room.raise({ numbers: 2 });
      expect((await room.place(pick(crowd, 0))).state).toBe('served');
      expect((await room.place(pick(crowd, 4))).state).toBe('served');
      expect((await room.place(pick(crowd, 5))).state).toBe('waiting');
      expect((await room.arrive('next')).number).toBe(7);
    });

    it('ends the admissions that it began, and no others', async () => {
      const { store } = stores();
      const room = await makeRoom(store, { size: 3 });
      await room.raise({ people: 3 });
      await room.arrive('inside', { claim: true });
      await room.arrive('lost', { claim: true });
      await room.arrive('inside', { claim: true });
      await store.line.discard(room.id, { ...OF_LINE, from: 2, to: 3, visitors: ['lost', 'inside', 'nobody'] }, T0);
      expect(await room.counters()).toMatchObject({ active: 1, abandoned: 1 });
      expect(await store.line.admission(room.id, 'inside', T0)).toMatchObject({ number: 1 });
      expect(await store.line.admission(room.id, 'lost', T0)).toBeNull();
    });

    it('is undone by a ticket, which proves that the answer reached its visitor', async () => {
      const { store } = stores();
      const room = await makeRoom(store);
      const crowd = await room.crowd(4);
      await store.line.discard(room.id, { ...OF_LINE, from: 1, to: 3 }, T0);
      expect((await room.place(pick(crowd, 1))).state).toBe('waiting');
      await room.heard([2]);
      expect(await room.counters()).toMatchObject({ waiting: 2, present: 2 });
      await room.raise({ numbers: 2 });
      expect((await room.place(pick(crowd, 1))).state).toBe('served');
    });

    it('leaves entrants of a draw who are not drawn', async () => {
      const { store } = stores();
      const room = await makeRoom(store);
      await room.announceDraw();
      await room.crowd(5);
      await store.line.discard(room.id, { ...OF_LINE, draw: 1, from: 1, to: 3 }, T0);
      expect((await room.view()).entrantsPresent).toBe(2);
      await room.heardEntrants([2]);
      await room.draw();
      expect((await room.counters()).queue).toBe(2);
    });

    it('may be discarded twice, and not in a later generation or a later draw', async () => {
      const { store } = stores();
      const room = await makeRoom(store);
      await room.crowd(3);
      for (const _ of [1, 2]) await store.line.discard(room.id, { ...OF_LINE, from: 1, to: 2 }, T0);
      expect(await room.counters()).toMatchObject({ waiting: 1 });
      await store.line.reset(room.id, { incarnation: '' }, T0);
      await room.crowd(3);
      await store.line.discard(room.id, { ...OF_LINE, from: 1, to: 2 }, T0);
      expect(await room.counters()).toMatchObject({ waiting: 3, present: 3 });
    });

    it('frees a place that was held since', async () => {
      const { store } = stores();
      const room = await makeRoom(store, { size: 2 });
      const crowd = await room.crowd(4);
      await room.raise({ people: 2 });
      await store.line.discard(room.id, { ...OF_LINE, from: 1, to: 2 }, T0);
      expect((await room.view()).held).toBe(0);
      await room.raise({ people: 2 });
      expect((await room.place(pick(crowd, 2))).state).toBe('served');
      expect((await room.place(pick(crowd, 3))).state).toBe('served');
      // No turn of theirs is missed.
      expect((await room.counters(T0 + seconds(300))).expired).toBe(2);
    });
  });
}
