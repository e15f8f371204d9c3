import { describe, expect, it } from 'vitest';
import type { Arrival, Ports, RoomUnderTest } from './room-under-test.ts';
import { makeRoom, OPENING, pick, presentNumbers, seconds, T0, thereAt } from './room-under-test.ts';

const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);
const ascending = (a: number, b: number) => a - b;
const indexOf = (arrival: Arrival) => arrival.entry?.index ?? Number.NaN;

/** Late enough that only who is heard from anew is present. */
const LATER = T0 + seconds(600);

/** A crowd of entrants of whom, at LATER, only those at `there` are left. */
async function entrants(room: RoomUnderTest, count: number, there: readonly number[]): Promise<Arrival[]> {
  const crowd: Arrival[] = [];
  for (let from = 0; from < count; from += 10_000) crowd.push(...(await room.crowd(Math.min(10_000, count - from))));
  for (let from = 0; from < there.length; from += 5000) {
    await room.heardEntrants(there.slice(from, from + 5000), LATER);
  }
  return crowd;
}

export function describeDraws(stores: Ports<'line'>): void {
  describe('draws', () => {
    it('gives a visitor who joins an open draw a place by arrival, and no number', async () => {
      const room = await makeRoom(stores().store);
      await room.crowd(3);
      await room.raise({ numbers: 5 });
      await room.announceDraw();
      const first = await room.crowd(2, { claim: true });
      const second = await room.crowd(1);
      expect([...first, ...second].map(({ number, entry, admission }) => ({ number, entry, admission }))).toEqual(
        [0, 1, 2].map((index) => ({ number: 0, entry: { draw: 1, index }, admission: null })),
      );
      expect(await room.view()).toMatchObject({
        counters: { queue: 3, serving: 5, claimed: 0 },
        entrantsPresent: 3,
        draws: [
          {
            draw: 1,
            event: 'opening',
            order: 'draw',
            seedHash: OPENING.seedHash,
            committedAt: T0,
            opensAt: T0,
            arrivals: 3,
            seed: null,
            drawnAt: null,
            entrants: null,
            base: 0,
          },
        ],
      });
      expect(await room.drawResult()).toBeNull();
    });

    it('keeps the seed secret before the draw, and shows it after', async () => {
      const room = await makeRoom(stores().store);
      await room.announceDraw({ seed: 'sesame' });
      await room.crowd(2);
      expect(JSON.stringify(await room.view())).not.toContain('sesame');
      await room.draw();
      expect((await room.view()).draws).toMatchObject([{ seed: 'sesame', drawnAt: T0 }]);
    });

    it('gives present entrants the next numbers, and records who was present', async () => {
      const room = await makeRoom(stores().store);
      await room.crowd(3);
      await room.announceDraw();
      await entrants(room, 10, [1, 2, 8]);
      await room.draw('opening', LATER);
      const view = await room.view(LATER);
      expect(view).toMatchObject({ counters: { queue: 6, waiting: 6, present: 3 }, entrantsPresent: 0 });
      expect(presentNumbers(view)).toEqual([4, 5, 6]);
      const result = await room.drawResult();
      expect(result?.record).toEqual(pick(view.draws, 0));
      expect(result?.record).toMatchObject({ arrivals: 10, entrants: 3, base: 3, drawnAt: LATER });
      expect(result && thereAt(result)).toEqual([1, 2, 8]);
    });

    it('draws 100,000 entrants of whom half are present: those in one block, and latecomers behind them', async () => {
      const room = await makeRoom(stores().store);
      await room.crowd(13);
      await room.announceDraw();
      const even = upTo(50_000).map((n) => 2 * n);
      const crowd = await entrants(room, 100_000, even);
      expect(crowd.map(indexOf)).toEqual(upTo(100_000));
      await room.draw('opening', LATER);
      const view = await room.view(LATER);
      expect(view.draws).toMatchObject([{ arrivals: 100_000, entrants: 50_000, base: 13 }]);
      expect(view.counters).toMatchObject({ queue: 50_013, present: 50_000 });
      expect(presentNumbers(view)).toEqual(upTo(50_000).map((n) => 14 + n));
      const result = await room.drawResult();
      expect(result && thereAt(result)).toEqual(even);
      expect(await room.arrive('late', { at: LATER })).toMatchObject({ number: 50_014, entry: null });
    });

    it('loses no visitor who joins during the draw, and gives none both a place and a number', async () => {
      const { store, second } = stores();
      const room = await makeRoom(store);
      await room.announceDraw();
      const coming = upTo(200).map((n) => room.crowd(1 + (n % 5), { via: n % 2 ? store.line : second.line }));
      const draws = [room.draw('opening', T0, second.line), room.draw('opening', T0, store.line)];
      const more = upTo(200).map((n) => room.crowd(1 + (n % 5), { via: n % 2 ? store.line : second.line }));
      const arrivals = (await Promise.all([...coming, ...more])).flat();
      await Promise.all(draws);
      const drawn = arrivals.filter(({ entry }) => entry !== null);
      const late = arrivals.filter(({ entry }) => entry === null);
      expect(drawn.every(({ number }) => number === 0)).toBe(true);
      expect(drawn.map(indexOf).toSorted(ascending)).toEqual(upTo(drawn.length));
      expect((await room.view()).draws).toMatchObject([{ arrivals: drawn.length, entrants: drawn.length, base: 0 }]);
      expect(late.map(({ number }) => number).toSorted(ascending)).toEqual(
        upTo(late.length).map((n) => drawn.length + n + 1),
      );
      expect(await room.counters()).toMatchObject({ queue: arrivals.length, present: arrivals.length });
    });

    it('draws once', async () => {
      const room = await makeRoom(stores().store);
      await room.announceDraw();
      await room.crowd(4);
      await room.draw();
      const before = await room.view();
      await room.draw('opening', T0);
      await room.announceDraw({ seed: 'another' });
      expect(await room.view()).toEqual(before);
      expect((await room.arrive('late')).number).toBe(5);
    });

    it('gives numbers before a draw opens and entries after it, even if the line is not viewed in between', async () => {
      const { store, second } = stores();
      const room = await makeRoom(store);
      const opensAt = T0 + seconds(60);
      await room.announceDraw({ opensAt });
      expect(await room.crowd(2, { at: opensAt - 1 })).toMatchObject([
        { number: 1, entry: null },
        { number: 2, entry: null },
      ]);
      expect(await room.crowd(2, { at: opensAt, via: second.line })).toMatchObject([
        { number: 0, entry: { draw: 1, index: 0 } },
        { number: 0, entry: { draw: 1, index: 1 } },
      ]);
      // By the line's time, whatever the caller's.
      expect((await room.arrive('behind', { at: opensAt - 1 })).entry).toEqual({ draw: 1, index: 2 });
      expect(await room.view(opensAt)).toMatchObject({
        counters: { queue: 2, present: 2 },
        entrantsPresent: 3,
        draws: [{ opensAt, committedAt: T0, arrivals: 3, drawnAt: null }],
      });
      await room.draw('opening', opensAt);
      expect((await room.view(opensAt)).draws).toMatchObject([{ opensAt, entrants: 3, base: 2 }]);
    });

    it('shows the hash as soon as a draw is announced, and keeps it when announced again', async () => {
      const { store, second } = stores();
      const room = await makeRoom(store);
      await room.announceDraw({ opensAt: T0 + seconds(60) });
      const first = pick((await room.view()).draws, 0);
      expect(first).toMatchObject({ seedHash: OPENING.seedHash, arrivals: 0, seed: null });
      const changed = { order: 'arrival', opensAt: T0 + seconds(30) } as const;
      const again = { ...OPENING, ...changed, seed: 'c2FsdA', seedHash: 'ff00' };
      await second.line.announceDraw(room.id, again, T0 + seconds(1));
      expect((await room.view(T0 + seconds(1))).draws).toEqual([{ ...first, ...changed }]);
      expect((await room.arrive('ann', { at: T0 + seconds(30) })).entry).toEqual({ draw: 1, index: 0 });
      // Somebody came: it stays as it is.
      await room.announceDraw({ opensAt: T0 + seconds(90) }, T0 + seconds(31));
      expect((await room.arrive('bob', { at: T0 + seconds(31) })).entry).toEqual({ draw: 1, index: 1 });
      await room.draw('opening', T0 + seconds(32));
      expect((await room.drawResult())?.record).toMatchObject({
        ...changed,
        committedAt: T0,
        seed: OPENING.seed,
        seedHash: OPENING.seedHash,
        entrants: 2,
      });
    });

    it('keeps one seed of several concurrent announcements', async () => {
      const { store, second } = stores();
      const room = await makeRoom(store);
      await Promise.all(
        upTo(20).map((n) =>
          (n % 2 ? store : second).line.announceDraw(room.id, { ...OPENING, seed: `s${n}`, seedHash: `h${n}` }, T0),
        ),
      );
      const { draws } = await room.view();
      expect(draws).toHaveLength(1);
      const { seedHash } = pick(draws, 0);
      await room.draw();
      expect((await room.drawResult())?.record).toMatchObject({ seedHash, seed: seedHash.replace('h', 's') });
    });

    it('draws nobody before it opens', async () => {
      const room = await makeRoom(stores().store);
      await room.crowd(2);
      await room.announceDraw({ opensAt: T0 + seconds(60) });
      await room.draw();
      expect((await room.view()).draws).toMatchObject([{ drawnAt: T0, arrivals: 0, entrants: 0, base: 2 }]);
      expect(await room.arrive('late', { at: T0 + seconds(60) })).toMatchObject({ number: 3, entry: null });
    });

    it('withdraws a draw without entrants, and forgets it', async () => {
      const { store, second } = stores();
      const room = await makeRoom(store);
      await room.announceDraw();
      await room.withdrawDraw('encore');
      expect((await room.view()).draws).toHaveLength(1);
      await second.line.withdrawDraw(room.id, 'opening', T0);
      await room.withdrawDraw();
      expect((await room.view()).draws).toEqual([]);
      expect(await room.arrive('ann')).toMatchObject({ number: 1, entry: null });
      await room.draw();
      expect(await room.drawResult()).toBeNull();
      await room.announceDraw({ event: 'encore' });
      await room.crowd(1);
      await room.draw('encore');
      await room.announceDraw({ seed: 'c2FsdA', seedHash: 'ff00', order: 'arrival' });
      expect((await room.view()).draws).toMatchObject([
        { draw: 1, event: 'encore', entrants: 1 },
        { draw: 2, event: 'opening', seedHash: 'ff00', order: 'arrival', arrivals: 0, drawnAt: null },
      ]);
    });

    it('withdraws no draw that had entrants, even if they left, nor one that is done', async () => {
      const { store } = stores();
      const room = await makeRoom(store);
      await room.announceDraw();
      await room.crowd(1);
      await store.line.withdraw(room.id, { generation: 1, entry: { draw: 1, index: 0 } }, T0);
      await room.withdrawDraw();
      expect((await room.view()).draws).toMatchObject([{ arrivals: 1, drawnAt: null }]);
      await room.draw();
      await room.withdrawDraw();
      expect((await room.view()).draws).toMatchObject([{ arrivals: 1, entrants: 0, drawnAt: T0 }]);
    });

    it('draws only the announced event, and announces none beside it', async () => {
      const room = await makeRoom(stores().store);
      await room.draw();
      await room.announceDraw();
      await room.crowd(2);
      await room.announceDraw({ event: 'encore' });
      await room.draw('encore');
      expect(await room.view()).toMatchObject({ counters: { queue: 0 }, draws: [{ event: 'opening', drawnAt: null }] });
    });

    it('draws one event after the other, each with its own entrants', async () => {
      const room = await makeRoom(stores().store);
      await room.announceDraw();
      await room.crowd(3);
      await room.draw();
      await room.announceDraw({ event: 'encore', order: 'arrival' }, LATER);
      const [ann] = await room.crowd(2, { at: LATER });
      expect(ann?.entry).toEqual({ draw: 2, index: 0 });
      await room.draw('encore', LATER);
      expect((await room.view(LATER)).draws).toMatchObject([
        { draw: 1, event: 'opening', arrivals: 3, entrants: 3, base: 0 },
        { draw: 2, event: 'encore', order: 'arrival', arrivals: 2, entrants: 2, base: 3 },
      ]);
      const results = await Promise.all([1, 2, 3].map((draw) => room.drawResult(draw)));
      expect(results.map((result) => result && thereAt(result))).toEqual([[0, 1, 2], [0, 1], null]);
    });

    it('does not draw an entrant who withdrew', async () => {
      const { store } = stores();
      const room = await makeRoom(store);
      await room.announceDraw();
      await room.crowd(3);
      await store.line.withdraw(room.id, { generation: 1, entry: { draw: 1, index: 1 } }, T0);
      await store.line.withdraw(room.id, { generation: 1, entry: { draw: 1, index: 1 } }, T0);
      expect((await room.view()).entrantsPresent).toBe(2);
      await room.draw();
      const result = await room.drawResult();
      expect(result && thereAt(result)).toEqual([0, 2]);
      expect(await room.counters()).toMatchObject({ queue: 2 });
    });

    it('leaves out an entrant who withdrew even if earlier heartbeats arrive later, and only from that draw', async () => {
      const { store, second } = stores();
      const room = await makeRoom(store);
      await room.announceDraw();
      await room.crowd(20);
      const late = { generation: 1, draw: 1, indexes: Array.from({ length: 20 }, (_, index) => index) };
      for (let index = 0; index < 10; index++) {
        await store.line.withdraw(room.id, { generation: 1, entry: { draw: 1, index } }, T0);
      }
      await second.line.recordEntrantHeartbeats(room.id, late, T0);
      expect((await room.view()).entrantsPresent).toBe(10);
      await store.line.recordEntrantHeartbeats(room.id, late, LATER);
      expect((await room.view(LATER)).entrantsPresent).toBe(10);
      await room.draw('opening', LATER);
      const result = await room.drawResult();
      expect(result && thereAt(result)).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);

      await room.announceDraw({ event: 'encore' }, LATER);
      await room.crowd(2, { at: LATER });
      await store.line.withdraw(room.id, { generation: 1, entry: { draw: 2, index: 1 } }, LATER);
      await store.line.reset(room.id, { incarnation: '' }, LATER);
      await room.announceDraw({}, LATER);
      await room.crowd(2, { at: LATER });
      await store.line.recordEntrantHeartbeats(room.id, { generation: 2, draw: 1, indexes: [0, 1] }, LATER);
      expect((await room.view(LATER)).entrantsPresent).toBe(2);
    });

    it('releases the entrants of a cancelled event without numbers, and draws the next one', async () => {
      const { store, second } = stores();
      const room = await makeRoom(store);
      await room.crowd(2);
      await room.announceDraw();
      await room.crowd(3);
      await second.line.releaseDraw(room.id, 'encore', T0);
      expect((await room.view()).draws).toMatchObject([{ drawnAt: null }]);
      await second.line.releaseDraw(room.id, 'opening', T0);
      await room.draw();
      expect(await room.view()).toMatchObject({
        counters: { queue: 2 },
        entrantsPresent: 0,
        draws: [{ arrivals: 3, entrants: 0, base: 2, drawnAt: T0, released: true }],
      });
      const result = await room.drawResult();
      expect(result && thereAt(result)).toEqual([]);
      expect(await room.arrive('late')).toMatchObject({ number: 3, entry: null });
      await room.announceDraw({ event: 'encore' });
      await room.crowd(1);
      await room.draw('encore');
      const [, encore] = (await room.view()).draws;
      expect(encore).toMatchObject({ entrants: 1, base: 3 });
      expect(encore?.released).toBeUndefined();
    });

    it('keeps the start that the first entrant was promised', async () => {
      const room = await makeRoom(stores().store);
      const startsAt = async () => (await room.view()).draws[0]?.startsAt;
      await room.announceDraw();
      expect(await startsAt()).toBeUndefined();
      await room.announceDraw({ startsAt: LATER });
      await room.announceDraw({ startsAt: LATER + 1, seed: 'b3RoZXI' });
      expect(await startsAt()).toBe(LATER + 1);
      await room.crowd(1);
      await room.announceDraw({ startsAt: LATER + 2 });
      expect(await startsAt()).toBe(LATER + 1);
      await room.draw();
      expect((await room.view()).draws).toMatchObject([{ startsAt: LATER + 1, seed: 'c2VlZA' }]);
    });

    it('ignores heartbeats of another generation, another draw, or no entrant', async () => {
      const { store } = stores();
      const room = await makeRoom(store);
      await room.announceDraw();
      await room.crowd(3);
      await store.line.recordEntrantHeartbeats(room.id, { generation: 0, draw: 1, indexes: [0] }, LATER);
      await store.line.recordEntrantHeartbeats(room.id, { generation: 1, draw: 2, indexes: [1] }, LATER);
      await store.line.recordEntrantHeartbeats(
        room.id,
        { generation: 1, draw: 1, indexes: [-1, 3, 1_000_000_000] },
        LATER,
      );
      for (const entry of [
        { draw: 1, index: -1 },
        { draw: 2, index: 0 },
        { draw: 1, index: 3 },
      ]) {
        await store.line.withdraw(room.id, { generation: 1, entry: entry }, LATER);
      }
      expect((await room.view(LATER)).entrantsPresent).toBe(0);
      await store.line.recordEntrantHeartbeats(room.id, { generation: 1, draw: 1, indexes: [2] }, LATER);
      await store.line.withdraw(room.id, { generation: 2, entry: { draw: 1, index: 2 } }, LATER);
      expect((await room.view(LATER)).entrantsPresent).toBe(1);
      await room.draw('opening', LATER);
      await store.line.recordEntrantHeartbeats(room.id, { generation: 1, draw: 1, indexes: [0, 1] }, LATER);
      expect((await room.view(LATER)).draws).toMatchObject([{ entrants: 1 }]);
    });

    it('draws nobody if no entrant is left', async () => {
      const room = await makeRoom(stores().store);
      await room.announceDraw();
      await entrants(room, 3, []);
      await room.draw('opening', LATER);
      expect(await room.view(LATER)).toMatchObject({ counters: { queue: 0 }, draws: [{ entrants: 0, arrivals: 3 }] });
      const result = await room.drawResult();
      expect(result && thereAt(result)).toEqual([]);
      expect((await room.arrive('late', { at: LATER })).number).toBe(1);
    });

    it('serves the first drawn entrants if there are credits', async () => {
      const room = await makeRoom(stores().store, { size: 2 });
      await room.raise({ people: 2 });
      await room.announceDraw();
      await room.crowd(5);
      await room.draw();
      expect(await room.view()).toMatchObject({ held: 2, counters: { queue: 5, serving: 2, waiting: 3 } });
      expect((await room.claim({ generation: 1, number: 2, visitor: 'ann' })).state).toBe('admitted');
      expect((await room.claim({ generation: 1, number: 3, visitor: 'bob' })).state).toBe('waiting');
    });

    it('serves all drawn entrants in passthrough', async () => {
      const room = await makeRoom(stores().store, { mode: 'passthrough', size: 1 });
      await room.announceDraw();
      await room.crowd(3);
      await room.draw();
      expect(await room.view()).toMatchObject({ held: 3, counters: { queue: 3, serving: 3 } });
    });

    it('gives no place in a draw while the room is closed', async () => {
      const { store } = stores();
      const room = await makeRoom(store);
      await room.announceDraw();
      await room.configure({ mode: 'closed' });
      expect(await store.line.join(room.id, [{ visitor: 'ann', claim: false }], T0)).toBeNull();
      expect((await room.view()).draws).toMatchObject([{ arrivals: 0 }]);
    });

    it('forgets its draws on reset, and may draw the same event again', async () => {
      const { store } = stores();
      const room = await makeRoom(store);
      await room.announceDraw();
      await room.crowd(3);
      await room.draw();
      await room.announceDraw({ event: 'encore' });
      await room.crowd(1);
      await store.line.reset(room.id, { incarnation: '' }, T0);
      expect(await room.view()).toMatchObject({ draws: [], entrantsPresent: 0 });
      expect(await store.line.drawResult(room.id, { generation: 1, draw: 1 }, 0)).toBeNull();
      expect((await room.arrive('ann')).number).toBe(1);
      await room.announceDraw();
      expect((await room.arrive('bob')).entry).toEqual({ draw: 1, index: 0 });
    });
  });
}
