import { describe, expect, it } from 'vitest';
import type { Ports } from './room-under-test.ts';
import { makeRoom, pick, T0 } from './room-under-test.ts';

export function describeInletSteps(stores: Ports<'line'>): void {
  describe('the steps of an inlet', () => {
    it('raises and remembers the inlet’s state', async () => {
      const room = await makeRoom(stores().store);
      await room.crowd(5);
      expect((await room.view()).inletState).toBe('');
      const step = { from: '', to: '{"until":1}' };
      expect(await room.raise({ people: 2 }, T0, step)).toMatchObject({ raisedBy: 2, applied: true });
      expect(await room.view()).toMatchObject({ inletState: '{"until":1}', counters: { serving: 2 } });
    });

    it('takes one of many concurrent steps from the same state', async () => {
      const { store, second } = stores();
      const room = await makeRoom(store);
      await room.crowd(100);
      const raised = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          room.raise({ numbers: 3 }, T0, { from: '', to: `${n}` }, n % 2 ? store.line : second.line),
        ),
      );
      expect(raised.filter(({ applied }) => applied)).toHaveLength(1);
      expect(raised.reduce((sum, { raisedBy }) => sum + raisedBy, 0)).toBe(3);
      const view = await room.view();
      expect(view.counters.serving).toBe(3);
      expect(pick(raised, Number(view.inletState)).applied).toBe(true);
    });

    it('stores the new state even if nobody could be served', async () => {
      const room = await makeRoom(stores().store, { mode: 'paused' });
      await room.crowd(2);
      expect(await room.raise({ people: 1 }, T0, { from: '', to: 'a' })).toMatchObject({ raisedBy: 0, applied: true });
      expect(await room.raise({ people: 1 }, T0, { from: '', to: 'b' })).toMatchObject({ applied: false });
      expect((await room.view()).inletState).toBe('a');
    });

    it('is stopped by the breaker, which does not stop the operator', async () => {
      const { store } = stores();
      const room = await makeRoom(store);
      await room.crowd(9);
      await store.line.setAlarm(room.id, true, T0);
      expect(await room.raise({ people: 3 }, T0, { from: '', to: 'a' })).toMatchObject({ raisedBy: 0, applied: false });
      expect(await room.view()).toMatchObject({ alarm: true, inletState: '', counters: { serving: 0 } });
      expect(await room.raise({ numbers: 2 })).toMatchObject({ raisedBy: 2, applied: true });
      await store.line.setAlarm(room.id, false, T0);
      expect(await room.raise({ people: 3 }, T0, { from: '', to: 'a' })).toMatchObject({ raisedBy: 3, applied: true });
      expect((await room.view()).alarm).toBe(false);
    });

    it('opens at most as many places for newcomers as it says', async () => {
      const room = await makeRoom(stores().store, { size: 100 });
      await room.crowd(2);
      expect((await room.raise({ people: 10, credits: 3 })).counters).toMatchObject({ queue: 2, serving: 5 });
      expect((await room.raise({ people: 10, credits: 3 })).raisedBy).toBe(0);
      expect((await room.raise({ people: 10, credits: 1 })).raisedBy).toBe(0);
      await room.crowd(2);
      expect((await room.raise({ people: 10, credits: 3 })).counters).toMatchObject({ queue: 4, serving: 7 });
    });

    it('opens no place for newcomers without credits, and serves waiting visitors', async () => {
      const room = await makeRoom(stores().store);
      await room.crowd(2);
      expect((await room.raise({ people: 10, credits: 0 })).counters).toMatchObject({ queue: 2, serving: 2 });
    });

    it('counts every turn, also the second one of a visitor who returned', async () => {
      const room = await makeRoom(stores().store, { size: 2 });
      const ann = await room.arrive('ann');
      await room.raise({ people: 2 });
      await room.arrive('bob');
      expect((await room.view()).turns).toBe(2);
      const later = T0 + 120_000;
      await room.raise({ numbers: -1 }, later);
      await room.rejoin(ann, later);
      await room.raise({ people: 2 }, later);
      expect((await room.view(later)).turns).toBe(4);
    });
  });

  describe('what processes share through the line', () => {
    it('keeps the latest of each note', async () => {
      const { store, second } = stores();
      const room = await makeRoom(store);
      expect((await room.view()).notes).toEqual({ signal: '', meter: '', told: '', allotments: '' });
      await store.line.note(room.id, { name: 'signal', value: '{"latency":80}' }, T0);
      await second.line.note(room.id, { name: 'meter', value: '„schnell“' }, T0);
      await second.line.note(room.id, { name: 'signal', value: '{"latency":90}' }, T0);
      await store.line.note(room.id, { name: 'told', value: '7' }, T0);
      const written = { signal: '{"latency":90}', meter: '„schnell“', told: '7', allotments: '' };
      expect((await room.view()).notes).toEqual(written);
    });

    it('counts predictions that came true, and that did not', async () => {
      const { store, second } = stores();
      const room = await makeRoom(store);
      await Promise.all([
        store.line.recordPredictions(room.id, { within: 2, outside: 1 }, T0),
        second.line.recordPredictions(room.id, { within: 3, outside: 0 }, T0),
        store.line.recordPredictions(room.id, { within: 0, outside: 4 }, T0),
      ]);
      expect((await room.view()).predictions).toEqual({ within: 5, outside: 5 });
    });

    it('starts empty after a reset, except for the breaker and the load of the origin', async () => {
      const { store } = stores();
      const room = await makeRoom(store);
      await room.crowd(3);
      await room.raise({ people: 2 }, T0, { from: '', to: 'a' });
      await store.line.setAlarm(room.id, true, T0);
      await store.line.note(room.id, { name: 'signal', value: 'slow' }, T0);
      await store.line.note(room.id, { name: 'meter', value: 'fast' }, T0);
      await store.line.note(room.id, { name: 'told', value: 'all' }, T0);
      await store.line.recordPredictions(room.id, { within: 1, outside: 1 }, T0);
      await store.line.reset(room.id, { incarnation: '' }, T0);
      expect(await room.view()).toMatchObject({
        generation: 2,
        alarm: true,
        inletState: '',
        turns: 0,
        notes: { signal: 'slow', meter: '', told: '' },
        predictions: { within: 0, outside: 0 },
      });
    });
  });
}
