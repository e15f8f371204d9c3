import { describe, expect, it } from 'vitest';
import type { Ports } from './room-under-test.ts';
import { makeRoom, pick, seconds, T0 } from './room-under-test.ts';

const WINDOW = seconds(30);
const LAPSED = T0 + WINDOW;

export function describeConfirming(stores: Ports<'line'>): void {
  const provisionalRoom = (size: number) => makeRoom(stores().store, { size, confirmWindow: WINDOW });

  describe('provisional admissions', () => {
    it('frees the places of admissions that nobody confirms, within the confirm window', async () => {
      const room = await provisionalRoom(5);
      await room.raise({ people: 5 });
      const crowd = await room.crowd(5, { claim: true });
      expect(crowd.map(({ admission }) => admission?.confirmBy)).toEqual(Array(5).fill(LAPSED));
      await room.raise({ people: 5 }, LAPSED - 1);
      expect(await room.view(LAPSED - 1)).toMatchObject({ counters: { active: 5 }, provisional: 5, lapses: 0 });
      await room.raise({ people: 5 }, LAPSED);
      expect(await room.view(LAPSED)).toMatchObject({ counters: { active: 0 }, provisional: 0, lapses: 5 });
      const honest = await room.arrive('honest', { claim: true, at: LAPSED });
      expect(honest.admission).toMatchObject({ number: 6 });
    });

    it('keeps an admission that is confirmed for its lifetime', async () => {
      const room = await provisionalRoom(1);
      await room.raise({ people: 1 });
      await room.arrive('ann', { claim: true });
      const { second } = stores();
      const confirmed = await room.confirm('ann', LAPSED - 1, second.line);
      expect(confirmed).toEqual({
        visitor: 'ann',
        number: 1,
        generation: 1,
        issuedAt: T0,
        expiresAt: T0 + seconds(600),
      });
      expect(await room.confirm('ann', LAPSED + 1)).toEqual(confirmed);
      expect(await room.view(T0 + seconds(599))).toMatchObject({ counters: { active: 1 }, provisional: 0, lapses: 0 });
      expect(await room.confirm('ann', T0 + seconds(600))).toBeNull();
      expect(await room.confirm('nobody', LAPSED)).toBeNull();
    });

    it('does not show an admission that nobody confirmed in time, even before the line records its end', async () => {
      const room = await provisionalRoom(1);
      await room.raise({ people: 1 });
      const ann = await room.arrive('ann', { claim: true });
      const { line } = stores().store;
      expect(await line.admission(room.id, 'ann', LAPSED - 1)).toMatchObject({ number: 1, confirmBy: LAPSED });
      expect(await line.admission(room.id, 'ann', LAPSED)).toBeNull();
      expect(await room.confirm('ann', LAPSED)).toBeNull();
      expect(await room.place(ann, LAPSED)).toMatchObject({ state: 'missed', away: true, lapsed: true });
    });

    it('needs no confirmation for an admission that its claim confirmed', async () => {
      const room = await provisionalRoom(2);
      const bob = await room.arrive('bob');
      await room.raise({ people: 2 });
      const ann = await room.arrive('ann', { claim: true, confirmed: true });
      expect(ann.admission).not.toHaveProperty('confirmBy');
      const place = await room.claim({ ...bob, confirmed: true });
      expect(place).toMatchObject({ state: 'admitted', first: true });
      expect(place).not.toHaveProperty('admission.confirmBy');
      expect((await room.counters(LAPSED)).active).toBe(2);
    });

    it('confirms with a repeated claim', async () => {
      const room = await provisionalRoom(1);
      await room.raise({ people: 1 });
      const ann = await room.arrive('ann', { claim: true });
      expect(await room.claim(ann)).toMatchObject({ admission: { confirmBy: LAPSED } });
      expect(await room.claim({ ...ann, confirmed: true })).not.toHaveProperty('admission.confirmBy');
      expect((await room.counters(LAPSED)).active).toBe(1);
    });

    it('admits a visitor who returns late from the front of the line, once', async () => {
      const room = await provisionalRoom(1);
      await room.raise({ people: 1 });
      const slow = await room.arrive('slow', { claim: true });
      const crowd = await room.crowd(3);
      // The place is free, and the number that lapsed goes before all who wait.
      expect(await room.claim(slow, LAPSED)).toEqual({ state: 'returned' });
      await room.raise({ people: 1 }, LAPSED);
      expect(await room.claim(slow, LAPSED)).toMatchObject({
        state: 'admitted',
        first: true,
        admission: { number: 1 },
      });
      expect(await room.place(pick(crowd, 0), LAPSED)).toEqual({ state: 'waiting' });
      // The second time the number is used up.
      expect(await room.claim(slow, LAPSED + WINDOW)).toEqual({ state: 'over' });
      expect((await room.raise({ people: 1 }, LAPSED + WINDOW)).counters.serving).toBe(2);
    });

    it('admits a visitor who returns late at once if a place is free', async () => {
      const room = await provisionalRoom(1);
      await room.raise({ people: 1 });
      const slow = await room.arrive('slow', { claim: true });
      await room.raise({ people: 1 }, LAPSED);
      expect(await room.claim(slow, LAPSED)).toMatchObject({ state: 'admitted', first: true });
      expect(await room.counters(LAPSED)).toMatchObject({ active: 1, serving: 1, queue: 1 });
    });

    it('serves no visitor who does not return', async () => {
      const room = await provisionalRoom(1);
      await room.raise({ people: 1 });
      await room.arrive('silent', { claim: true });
      await room.arrive('honest', { at: LAPSED });
      await room.raise({ people: 1 }, LAPSED);
      expect((await room.counters(LAPSED)).serving).toBe(2);
    });

    it('treats a number that missed its turn since like any other', async () => {
      const room = await provisionalRoom(1);
      await room.raise({ people: 1 });
      const slow = await room.arrive('slow', { claim: true });
      await room.rejoin(slow, LAPSED);
      await room.raise({ people: 1 }, LAPSED);
      const missed = LAPSED + seconds(121);
      expect(await room.claim(slow, missed)).toMatchObject({ state: 'missed', away: false });
    });

    it('reports the share of the latest admissions that lapsed', async () => {
      const room = await provisionalRoom(40);
      await room.raise({ people: 40 });
      await room.crowd(30, { claim: true });
      for (let n = 0; n < 10; n++) await room.arrive(`honest-${n}`, { claim: true, confirmed: true });
      expect((await room.view()).lapsedShare).toBe(0);
      expect(await room.view(LAPSED)).toMatchObject({ lapses: 30, lapsedShare: 0.75 });
    });

    it('moves the window with a clock that jumps back', async () => {
      const room = await provisionalRoom(1);
      await room.raise({ people: 1 });
      await room.arrive('ann', { claim: true });
      const earlier = T0 - seconds(3600);
      await room.view(earlier);
      expect((await room.counters(earlier + WINDOW - 1)).active).toBe(1);
      expect((await room.counters(earlier + WINDOW)).active).toBe(0);
    });

    it('confirms all admissions of a room whose confirm window was removed', async () => {
      const room = await provisionalRoom(1);
      await room.raise({ people: 1 });
      await room.arrive('ann', { claim: true });
      await room.configure({ confirmWindow: 0 });
      expect(await room.view(LAPSED)).toMatchObject({ counters: { active: 1 }, provisional: 0 });
    });

    it('keeps a prolonged admission provisional', async () => {
      const room = await provisionalRoom(1);
      await room.raise({ people: 1 });
      await room.arrive('ann', { claim: true });
      expect(await room.renew('ann', T0 + 1000)).toMatchObject({ confirmBy: LAPSED });
      expect((await room.counters(LAPSED)).active).toBe(0);
    });
  });
}
