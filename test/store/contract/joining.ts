import { describe, expect, it } from 'vitest';
import { RoomNotFound } from '#waiting-room/errors.ts';
import type { Ports } from './room-under-test.ts';
import { freshId, makeRoom, OPENING, pick, T0 } from './room-under-test.ts';

export function describeJoining(stores: Ports<'line'>): void {
  describe('joining', () => {
    it('issues the numbers 1, 2, 3 in the order of the batch', async () => {
      const room = await makeRoom(stores().store);
      const first = await room.crowd(3);
      const second = await room.crowd(2);
      expect([...first, ...second].map((arrival) => arrival.number)).toEqual([1, 2, 3, 4, 5]);
      expect(first.every((arrival) => arrival.generation === 1 && arrival.admission === null)).toBe(true);
    });

    it('issues no number twice and skips none when thousands join at once through two processes', async () => {
      const { store, second } = stores();
      const room = await makeRoom(store);
      const batches = await Promise.all(
        Array.from({ length: 400 }, (_, n) => room.crowd(1 + (n % 9), { via: n % 2 ? store.line : second.line })),
      );
      const numbers = batches.flat().map((arrival) => arrival.number);
      expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: numbers.length }, (_, n) => n + 1));
      for (const batch of batches) {
        const from = pick(batch, 0).number;
        expect(batch.map((arrival) => arrival.number)).toEqual(batch.map((_, n) => from + n));
      }
      expect((await room.counters()).queue).toBe(numbers.length);
    });

    it('keeps the numbers of two rooms apart', async () => {
      const one = await makeRoom(stores().store);
      const other = await makeRoom(stores().store);
      await one.crowd(5);
      expect((await other.arrive('ann')).number).toBe(1);
    });

    it('answers an empty batch with an empty list', async () => {
      const room = await makeRoom(stores().store);
      expect(await stores().store.line.join(room.id, [], T0)).toEqual([]);
    });

    it('admits a newcomer at once who claims and finds a credit', async () => {
      const room = await makeRoom(stores().store);
      await room.raise({ numbers: 2 });
      const arrival = await room.arrive('ann', { claim: true });
      expect(arrival.admission).toEqual({
        visitor: 'ann',
        number: 1,
        generation: 1,
        issuedAt: T0,
        expiresAt: T0 + 600_000,
      });
      expect(await room.counters()).toMatchObject({ queue: 1, serving: 2, claimed: 1, active: 1, waiting: 0 });
    });

    it('holds the place of a newcomer who finds a credit and does not claim', async () => {
      const room = await makeRoom(stores().store);
      await room.raise({ numbers: 1 });
      const arrival = await room.arrive('ann');
      expect(arrival.admission).toBeNull();
      expect(await room.place(arrival)).toEqual({ state: 'served', claimBy: T0 + 120_000 });
      expect(await room.view()).toMatchObject({ held: 1, counters: { active: 0, claimed: 0 } });
    });

    it('uses no more credits than there are, also within one batch', async () => {
      const room = await makeRoom(stores().store, { size: 3 });
      await room.raise({ people: 10 });
      const crowd = await room.crowd(5, { claim: true });
      expect(crowd.map((arrival) => arrival.admission !== null)).toEqual([true, true, true, false, false]);
      expect(await room.counters()).toMatchObject({ queue: 5, serving: 3, waiting: 2, active: 3 });
    });

    it('counts a visitor once who is inside and joins again', async () => {
      const room = await makeRoom(stores().store);
      await room.raise({ numbers: 5 });
      const first = await room.arrive('ann', { claim: true });
      const again = await room.arrive('ann', { claim: true, at: T0 + 1000 });
      expect(again.number).toBe(2);
      expect(again.admission).toEqual(first.admission);
      expect(await room.counters()).toMatchObject({ queue: 2, claimed: 1, active: 1 });
    });

    it('refuses every verb in a room that does not exist', async () => {
      const { line } = stores().store;
      const id = freshId('nowhere');
      const holder = { generation: 1, number: 1, visitor: 'ann' };
      const verbs = [
        line.join(id, [{ visitor: 'ann', claim: false }], T0),
        line.place(id, holder, T0),
        line.claim(id, holder, T0),
        line.rejoin(id, holder, T0),
        line.leave(id, holder, T0),
        line.admission(id, 'ann', T0),
        line.renew(id, 'ann', T0),
        line.recordHeartbeats(id, { generation: 1, numbers: [1] }, T0),
        line.recordEntrantHeartbeats(id, { generation: 1, draw: 1, indexes: [0] }, T0),
        line.withdraw(id, { generation: 1, entry: { draw: 1, index: 0 } }, T0),
        line.announceDraw(id, OPENING, T0),
        line.withdrawDraw(id, OPENING.event, T0),
        line.releaseDraw(id, OPENING.event, T0),
        line.draw(id, OPENING.event, T0),
        line.drawResult(id, { generation: 1, draw: 1 }, 0),
        line.setAlarm(id, true, T0),
        line.note(id, { name: 'signal', value: '{}' }, T0),
        line.recordPredictions(id, { within: 1, outside: 0 }, T0),
        line.raise(id, { numbers: 1 }, T0),
        line.reportExits(id, { exited: 1, completed: [], abandoned: [] }, T0),
        line.reset(id, { incarnation: '' }, T0),
        line.view(id, T0),
      ];
      const outcomes = await Promise.allSettled(verbs);
      for (const outcome of outcomes) {
        expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(RoomNotFound) });
      }
    });
  });
}
