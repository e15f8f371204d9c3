import { describe, expect, it } from 'vitest';
import { NO_PLACES } from '#waiting-room/line-rules.ts';
import type { Ports, RoomUnderTest } from './room-under-test.ts';
import { makeRoom, T0 } from './room-under-test.ts';

/** How many of `people` who wait would be served now. */
async function serve(room: RoomUnderTest, people: number): Promise<number> {
  await room.crowd(people);
  return (await room.raise({ people })).raisedBy;
}

export function describeSharedSizes(stores: Ports<'line'>): void {
  describe('a size that lines share', () => {
    it('changes with a later version only', async () => {
      const room = await makeRoom(stores().store, { size: 5, sizeVersion: 7 });
      for (const [size, sizeVersion] of [
        [9, 6],
        [9, 7],
        [9, 0],
      ] as const) {
        await room.configure({ size, sizeVersion });
        expect(await room.view()).toMatchObject({ size: 5, sizeVersion: 7 });
      }
      await room.configure({ size: 3, sizeVersion: 8 });
      expect(await room.view()).toMatchObject({ size: 3, sizeVersion: 8 });
      expect(await serve(room, 10)).toBe(3);
    });

    it('leaves the other rules to the latest change', async () => {
      const room = await makeRoom(stores().store, { size: 5, sizeVersion: 7 });
      await room.configure({ size: 9, sizeVersion: 2, mode: 'paused' });
      expect(await room.view()).toMatchObject({ mode: 'paused', size: 5, sizeVersion: 7 });
    });

    it('replaces a size of the line’s own, and is replaced by one', async () => {
      const room = await makeRoom(stores().store, { size: 5 });
      await room.configure({ size: 4, sizeVersion: 0 });
      expect(await room.view()).toMatchObject({ size: 4, sizeVersion: 0 });
      await room.configure({ size: 3, sizeVersion: 9 });
      await room.configure({ size: 6 });
      expect(await room.view()).toMatchObject({ size: 6, sizeVersion: 0 });
    });

    it('survives a reset', async () => {
      const { store } = stores();
      const room = await makeRoom(store, { size: 5, sizeVersion: 7 });
      await store.line.reset(room.id, { incarnation: '' }, T0);
      expect(await room.view()).toMatchObject({ size: 5, sizeVersion: 7, generation: 2 });
    });

    it('may be 0: numbers are issued, and nobody is served', async () => {
      const room = await makeRoom(stores().store, { size: 2 });
      await room.raise({ people: 2 });
      await room.configure({ size: NO_PLACES });
      expect(await room.view()).toMatchObject({ size: NO_PLACES, counters: { serving: 0 } });
      expect(await serve(room, 3)).toBe(0);
      expect((await room.raise({ numbers: 3 })).raisedBy).toBe(0);
      expect(await room.counters()).toMatchObject({ queue: 3, present: 3, serving: 0 });
    });

    it('counts visitors with an admission as inside, less the exits without a name', async () => {
      const room = await makeRoom(stores().store, { size: 5 });
      await room.raise({ people: 5 });
      await room.crowd(4, { claim: true });
      expect(await room.view()).toMatchObject({ inside: 4, held: 0 });
      await room.exits({ exited: 3 });
      expect(await room.view()).toMatchObject({ inside: 1, counters: { active: 4 } });
    });
  });

  describe('a note', () => {
    it('is written by one of many processes that change what they read', async () => {
      const { store, second } = stores();
      const room = await makeRoom(store);
      const write = (value: string, from?: string, via = store) =>
        via.line.note(room.id, { name: 'allotments', value, from }, T0);
      await Promise.all(Array.from({ length: 10 }, (_, n) => write(`${n}`, '', n % 2 ? store : second)));
      const { allotments } = (await room.view()).notes;
      expect(allotments).toMatch(/^\d$/);
      await write('late', '');
      expect((await room.view()).notes.allotments).toBe(allotments);
      await write('next', allotments, second);
      expect((await room.view()).notes.allotments).toBe('next');
      await write('any');
      expect((await room.view()).notes.allotments).toBe('any');
    });
  });
}
