import { describe, expect, it } from 'vitest';
import type { Ports } from './room-under-test.ts';
import { makeRoom, presentNumbers, seconds, T0 } from './room-under-test.ts';

/** The start of a window of a minute, so that what a window is can be seen. */
const START = Math.ceil(T0 / seconds(60)) * seconds(60);

export function describePresence(stores: Ports<'line'>): void {
  describe('presence', () => {
    it('counts a newcomer as present for the timeout and at most a third longer', async () => {
      const room = await makeRoom(stores().store, { presenceTimeout: seconds(180) });
      await room.arrive('ann', { at: START });
      expect((await room.counters(START + seconds(180))).present).toBe(1);
      expect((await room.counters(START + seconds(240) - 1)).present).toBe(1);
      expect(await room.counters(START + seconds(240))).toMatchObject({ present: 0, waiting: 1 });
    });

    it('keeps visitors with heartbeats present, and visitors who return', async () => {
      const room = await makeRoom(stores().store, { presenceTimeout: seconds(180) });
      await room.crowd(3, { at: START });
      await room.heard([2], START + seconds(200));
      expect(presentNumbers(await room.view(START + seconds(250)))).toEqual([2]);
      await room.heard([1, 3], START + seconds(250));
      expect(presentNumbers(await room.view(START + seconds(260)))).toEqual([1, 2, 3]);
    });

    it('keeps a visitor who is silent until the claim, for as long as the number is not used up', async () => {
      const { store } = stores();
      const room = await makeRoom(store, { presenceTimeout: seconds(180) });
      const [ann, bob] = [await room.arrive('ann', { at: START }), await room.arrive('bob', { at: START })];
      await store.line.recordHeartbeats(room.id, { generation: 1, numbers: [1, 2], lasting: true }, START);
      const later = START + seconds(20_000);
      expect(presentNumbers(await room.view(later))).toEqual([1, 2]);
      await room.leave(bob, later);
      expect(presentNumbers(await room.view(later + seconds(500)))).toEqual([1]);
      await room.raise({ people: 1 }, later + seconds(1000));
      expect((await room.claim(ann, later + seconds(1000))).state).toBe('admitted');
      await room.raise({ numbers: -1 }, later + seconds(1001));
      expect((await room.counters(later + seconds(1001))).present).toBe(0);
    });

    it('starts a generation without the silent visitors of the previous one', async () => {
      const { store } = stores();
      const room = await makeRoom(store, { presenceTimeout: seconds(180) });
      await room.arrive('ann', { at: START });
      await store.line.recordHeartbeats(room.id, { generation: 1, numbers: [1], lasting: true }, START);
      await store.line.reset(room.id, { incarnation: '' }, START);
      await room.arrive('bob', { at: START });
      expect((await room.counters(START + seconds(500))).present).toBe(0);
    });

    it('forgets all visitors after a long time without heartbeats', async () => {
      const room = await makeRoom(stores().store);
      await room.crowd(3, { at: START });
      await room.heard([2], START + seconds(90_000));
      expect(presentNumbers(await room.view(START + seconds(90_000)))).toEqual([2]);
    });

    it('ignores numbers that were never issued, and numbers of another generation', async () => {
      const { store } = stores();
      const room = await makeRoom(store);
      await room.crowd(2, { at: START });
      const later = START + seconds(500);
      await store.line.recordHeartbeats(room.id, { generation: 0, numbers: [1] }, later);
      await store.line.recordHeartbeats(room.id, { generation: 2, numbers: [1] }, later);
      await store.line.recordHeartbeats(room.id, { generation: 1, numbers: [0, -1, 3, 1_000_000_000] }, later);
      expect(await room.counters(later)).toMatchObject({ present: 0, queue: 2 });
    });

    it('shows the present in bits from the byte of the serving counter on, wherever that is', async () => {
      const room = await makeRoom(stores().store);
      await room.crowd(30, { at: START });
      for (const step of [0, 1, 6, 1, 8, 9]) {
        await room.raise({ numbers: step }, START);
        const view = await room.view(START);
        const { serving } = view.counters;
        expect(view.presentFrom % 8).toBe(0);
        expect(view.presentFrom).toBeLessThanOrEqual(serving);
        expect(presentNumbers(view)).toEqual(Array.from({ length: 30 - serving }, (_, n) => serving + n + 1));
      }
    });

    it('counts visitors who returned to the front as present', async () => {
      const room = await makeRoom(stores().store, { size: 1 });
      const ann = await room.arrive('ann', { at: START });
      await room.raise({ people: 1 }, START);
      await room.rejoin(ann, START + seconds(130));
      expect(await room.counters(START + seconds(130))).toMatchObject({ waiting: 1, present: 1 });
      expect(await room.counters(START + seconds(900))).toMatchObject({ waiting: 1, present: 0 });
    });

    it('records ten thousand heartbeats at once', async () => {
      const room = await makeRoom(stores().store);
      await room.crowd(10_000, { at: START });
      const later = START + seconds(600);
      const even = Array.from({ length: 5000 }, (_, n) => 2 * (n + 1));
      await room.heard(even, later);
      expect(presentNumbers(await room.view(later))).toEqual(even);
    });
  });
}
