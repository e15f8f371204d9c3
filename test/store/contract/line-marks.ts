import { describe, expect, it } from 'vitest';
import { freshId, OPENING, type Ports, RULES, T0 } from './room-under-test.ts';

const entrant = { visitor: 'ann', claim: false };

export function describeLineMarks(stores: Ports<'line' | 'lineMarks' | 'settings'>): void {
  describe('the mark of a line', () => {
    const open = async (room = freshId('room')) => {
      await stores().store.line.open(room, { rules: RULES, incarnation: 'inc', checkpoint: null }, T0);
      return room;
    };
    const marksOf = (...rooms: string[]) => stores().second.lineMarks.read(rooms);

    it('shows what a view of another process shows, in the order of the lines', async () => {
      const { line } = stores().store;
      const [one, other] = [await open(), await open()];
      await line.join(one, [entrant, entrant], T0 + 500);
      const { incarnation, generation, clock, counters } = await line.view(one, T0 + 700);
      const [first, missing, last] = await marksOf(one, freshId('missing'), other);
      expect(first).toEqual({ incarnation, generation, clock, queue: counters.queue, arrivals: 0 });
      expect(first).toMatchObject({ incarnation: 'inc', clock: T0 + 700, queue: 2 });
      expect(missing).toBeNull();
      expect(last).toMatchObject({ incarnation: 'inc', queue: 0 });
    });

    it('moves with a step and not with another mark, also of a process whose clock is behind', async () => {
      const { line } = stores().store;
      const room = await open();
      await line.view(room, T0 + 1000);
      const before = await marksOf(room);
      expect(await marksOf(room)).toEqual(before);
      await line.join(room, [entrant], T0 + 400);
      expect(await marksOf(room)).toEqual([{ ...before[0], queue: 1 }]);
      await line.reset(room, { incarnation: 'next' }, T0 + 400);
      expect((await marksOf(room))[0]).toMatchObject({ incarnation: 'next', queue: 0 });
    });

    it('counts the entrants of a draw until it is done', async () => {
      const { line } = stores().store;
      const room = await open();
      await line.announceDraw(room, OPENING, T0);
      await line.join(room, [entrant, entrant], T0);
      expect(await marksOf(room)).toMatchObject([{ arrivals: 2, queue: 0 }]);
      await line.draw(room, OPENING.event, T0);
      expect(await marksOf(room)).toMatchObject([{ arrivals: 0 }]);
    });

    it('is named as changed after a step of another process', async () => {
      const { store, second } = stores();
      const room = await open();
      await store.lineMarks.read([room]);
      await second.line.join(room, [entrant], T0 + 500);
      expect(await store.lineMarks.changed()).toContain(room);
      expect(await store.lineMarks.changed()).not.toContain(room);
    });

    it('is gone with its room', async () => {
      const room = await open();
      await stores().store.settings.deleteRoom(room);
      expect(await marksOf(room)).toEqual([null]);
    });
  });
}
