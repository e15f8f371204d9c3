import { describe, expect, it } from 'vitest';
import type { Checkpoint, RememberedDraw, ViewForMemory } from '#waiting-room/line/index.ts';
import type { LineStore } from '#waiting-room/ports/line.ts';
import type { Ports, RoomUnderTest } from './room-under-test.ts';
import { makeRoom, OPENING, pick, RULES, seconds, T0, thereAt } from './room-under-test.ts';

/** Late enough that only entrants who are heard from again are present. */
const LATER = T0 + seconds(600);

/** What a process without a memory of the line sees. */
const look = (line: LineStore, { id }: RoomUnderTest, at = T0): Promise<ViewForMemory> =>
  line.viewForMemory(id, { generation: 0, done: 0, withEntrants: true }, at);

/** Opens a line from what a process saw of one, as if it had been of this generation. */
async function openFrom(
  line: LineStore,
  { id }: RoomUnderTest,
  { view, draws }: ViewForMemory,
  { generation = 2, at = T0 } = {},
): Promise<void> {
  const checkpoint: Checkpoint = { ...view, generation, draws };
  await line.open(id, { rules: RULES, incarnation: '', checkpoint }, at);
}

const indexes = (record: RememberedDraw, bits: Uint8Array | null) => bits && thereAt({ record, there: bits });

export function describeLostDraws(stores: Ports<'line'>): void {
  describe('lost draws', () => {
    it('are shown to the memory with their seeds, entrants and results', async () => {
      const { store, second } = stores();
      const room = await makeRoom(store);
      await room.announceDraw({ startsAt: LATER });
      await room.crowd(4);
      await store.line.withdraw(room.id, { generation: 1, entry: { draw: 1, index: 1 } }, T0);
      const [next] = (await look(second.line, room)).draws;
      if (!next) throw new Error('there is no draw');
      expect(next).toMatchObject({ ...pick((await room.view()).draws, 0), seed: OPENING.seed, there: null });
      expect([indexes(next, next.present), indexes(next, next.withdrawn)]).toEqual([[0, 2, 3], [1]]);

      await room.draw();
      const seen = await look(second.line, room);
      expect(seen.view).toEqual(await room.view());
      const done = pick(seen.draws, 0);
      expect(done).toMatchObject({ seed: OPENING.seed, base: 0, entrants: 3, present: null, withdrawn: null });
      expect(indexes(done, done.there)).toEqual([0, 2, 3]);
    });

    it('are not sent again if the memory has them', async () => {
      const room = await makeRoom(stores().store);
      const { line } = stores().store;
      await room.announceDraw();
      await room.crowd(2);
      await room.draw();
      await room.announceDraw({ event: 'encore' });
      await room.crowd(2);
      const sent = async (known: { generation: number; done: number; withEntrants: boolean }) =>
        (await line.viewForMemory(room.id, known, T0)).draws.map(({ there, present, withdrawn }) =>
          [there, present, withdrawn].map((bits) => bits !== null),
        );
      const [none, result, entrants] = [
        [false, false, false],
        [true, false, false],
        [false, true, true],
      ];
      expect(await sent({ generation: 1, done: 0, withEntrants: true })).toEqual([result, entrants]);
      expect(await sent({ generation: 1, done: 1, withEntrants: false })).toEqual([none, none]);
      // Of another generation it has nothing.
      expect(await sent({ generation: 2, done: 1, withEntrants: false })).toEqual([result, none]);
    });

    it('continue with their seed, their entrants and a gap for entrants that no process saw', async () => {
      const { store, second } = stores();
      const room = await makeRoom(store);
      await room.announceDraw({ startsAt: LATER });
      await room.crowd(5);
      await store.line.withdraw(room.id, { generation: 1, entry: { draw: 1, index: 2 } }, T0);
      const announced = pick((await room.view()).draws, 0);
      await openFrom(second.line, room, await look(store.line, room), { at: T0 + 1 });
      const view = await room.view(T0 + 1);
      expect(view).toMatchObject({ generation: 2, entrantsPresent: 4, heartbeatsSince: T0 + 1 });
      expect(view.draws).toEqual([{ ...announced, arrivals: 105 }]);

      const [late] = await room.crowd(1, { at: T0 + 2 });
      expect(late?.entry).toEqual({ draw: 1, index: 105 });
      // Unseen, but with a ticket. And the one who withdrew does not come back.
      await room.heardEntrants([2, 77], T0 + 2);
      await room.draw('opening', T0 + 3);
      const result = await store.line.drawResult(room.id, { generation: 2, draw: 1 }, T0 + 3);
      expect(result?.record).toMatchObject({ seed: OPENING.seed, entrants: 6, committedAt: T0 });
      expect(result && thereAt(result)).toEqual([0, 1, 3, 4, 77, 105]);
    });

    it('have the entrants who were present after a reset that was undone, in whatever order they are put back', async () => {
      const { store } = stores();
      const room = await makeRoom(store);
      await room.announceDraw({ startsAt: LATER + seconds(600) });
      await room.crowd(3);
      const early = await look(store.line, room);
      await store.line.reset(room.id, { incarnation: 'another' }, T0);
      await store.line.undoReset(room.id, { incarnation: 'another', isPreview: false }, T0);
      await room.heardEntrants([1], LATER);
      const last = await look(store.line, room, LATER);
      const orders = [[early, last], [last, early], [last]];
      for (const [n, order] of orders.entries()) {
        const lost = { ...room, id: `${room.id}-${n}` };
        for (const { view, draws } of order) {
          await store.line.open(lost.id, { rules: RULES, incarnation: '', checkpoint: { ...view, draws } }, LATER);
        }
        const [draw] = (await look(store.line, lost, LATER)).draws;
        expect(draw && indexes(draw, draw.present)).toEqual([1]);
      }
    });

    it('that are done keep their result, and the numbers that were drawn are not issued again', async () => {
      const { store } = stores();
      const room = await makeRoom(store);
      await room.crowd(3);
      await room.announceDraw();
      await room.crowd(4);
      await room.draw();
      const drawn = await room.drawResult();
      await openFrom(store.line, room, await look(store.line, room));
      expect(await store.line.drawResult(room.id, { generation: 2, draw: 1 }, T0)).toEqual(drawn);
      expect((await room.arrive('late')).number).toBe(108);
      await room.draw();
      expect((await room.view()).draws).toEqual([drawn?.record]);
      // The event was drawn in this generation.
      await room.announceDraw();
      expect((await room.view()).draws).toHaveLength(1);
    });

    it('that were released stay released', async () => {
      const { store } = stores();
      const room = await makeRoom(store);
      await room.announceDraw();
      await room.crowd(2);
      await store.line.releaseDraw(room.id, OPENING.event, T0);
      await openFrom(store.line, room, await look(store.line, room));
      expect((await room.view()).draws).toMatchObject([{ released: true, entrants: 0, drawnAt: T0 }]);
    });

    it('are done if one process saw them done and another did not, in either order', async () => {
      const { store, second } = stores();
      for (const isLaterFirst of [true, false]) {
        const room = await makeRoom(store);
        await room.announceDraw();
        await room.crowd(4);
        const before = await look(store.line, room);
        await room.draw();
        const after = await look(store.line, room);
        await openFrom(store.line, room, isLaterFirst ? after : before);
        await openFrom(second.line, room, isLaterFirst ? before : after);
        const { draws } = await room.view();
        expect(draws).toEqual(after.view.draws);
      }
    });

    it('have the entrants that any process remembers, without a second gap', async () => {
      const { store, second } = stores();
      const room = await makeRoom(store);
      await room.announceDraw();
      await room.crowd(3);
      const before = await look(store.line, room);
      await room.crowd(3);
      const after = await look(store.line, room);
      await openFrom(store.line, room, before);
      expect((await room.view()).entrantsPresent).toBe(3);
      await openFrom(second.line, room, after, { at: T0 + 1 });
      expect(await room.view(T0 + 1)).toMatchObject({
        entrantsPresent: 6,
        draws: [{ arrivals: 103 }],
        // Nothing was missing.
        heartbeatsSince: T0,
      });
    });

    it('take further entrants from a process that knows of more than the gap', async () => {
      const { store } = stores();
      const room = await makeRoom(store);
      await room.announceDraw();
      await room.crowd(1);
      const before = await look(store.line, room);
      await room.crowd(20, { at: T0 + 1000 });
      await openFrom(store.line, room, before, { at: T0 + 1000 });
      const { view, draws } = before;
      const more = { view, draws: draws.map((draw) => ({ ...draw, arrivals: 500 })) };
      await openFrom(store.line, room, more, { at: T0 + 2000 });
      expect(await room.view(T0 + 2000)).toMatchObject({
        draws: [{ arrivals: 600 }],
        heartbeatsSince: T0 + 2000,
      });
    });

    it('agree on the seed that was announced first, if one process announced another since', async () => {
      const { store } = stores();
      const seeds: string[] = [];
      for (const isFirstFirst of [true, false]) {
        const room = await makeRoom(store);
        await room.announceDraw();
        await room.crowd(2);
        const first = await look(store.line, room);
        await store.line.reset(room.id, { incarnation: '' }, T0 + 1);
        await room.announceDraw({ seed: 'c2FsdA', seedHash: 'ff00' }, T0 + 1);
        await room.crowd(5, { at: T0 + 1 });
        const second = await look(store.line, room, T0 + 1);
        for (const seen of isFirstFirst ? [first, second] : [second, first]) {
          await openFrom(store.line, room, seen, { generation: 3, at: T0 + 1 });
        }
        const { draws, entrantsPresent } = await room.view(T0 + 1);
        expect(draws).toMatchObject([{ committedAt: T0, seedHash: OPENING.seedHash }]);
        expect(entrantsPresent).toBe(5);
        seeds.push(pick(draws, 0).seedHash);
      }
      expect(new Set(seeds).size).toBe(1);
    });

    it('give way to the event that was announced in place of theirs', async () => {
      const { store } = stores();
      for (const isFirstFirst of [true, false]) {
        const room = await makeRoom(store);
        await room.announceDraw();
        const first = await look(store.line, room);
        await room.withdrawDraw();
        await room.announceDraw({ event: 'encore' }, T0 + 1);
        await room.crowd(2, { at: T0 + 1 });
        const second = await look(store.line, room, T0 + 1);
        for (const seen of isFirstFirst ? [first, second] : [second, first]) {
          await openFrom(store.line, room, seen, { at: T0 + 1 });
        }
        expect(await room.view(T0 + 1)).toMatchObject({ entrantsPresent: 2, draws: [{ event: 'encore' }] });
      }
    });

    it('of a generation before the line’s own stay lost', async () => {
      const { store } = stores();
      const room = await makeRoom(store);
      await room.announceDraw();
      await room.crowd(2);
      const seen = await look(store.line, room);
      await store.line.reset(room.id, { incarnation: '' }, T0);
      await openFrom(store.line, room, seen, { generation: 1 });
      expect(await room.view()).toMatchObject({ generation: 2, draws: [], entrantsPresent: 0 });
    });

    it('do not replace a draw that was announced for another event since, as long as they have no entrants', async () => {
      const { store } = stores();
      const room = await makeRoom(store);
      await room.announceDraw();
      const seen = await look(store.line, room);
      await room.withdrawDraw();
      await room.announceDraw({ event: 'encore' }, T0 + 1);
      await openFrom(store.line, room, seen, { generation: 1, at: T0 + 1 });
      expect((await room.view(T0 + 1)).draws).toMatchObject([{ event: 'encore' }]);
    });
  });
}
