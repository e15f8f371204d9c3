import { describe, expect, it } from 'vitest';
import type { FormerRaise } from '#waiting-room/line/undone-raises.ts';
import type { Ports, RoomUnderTest } from './room-under-test.ts';
import { makeRoom, pick, seconds, T0 } from './room-under-test.ts';

export function describeUndoneRaises(stores: Ports<'line'>): void {
  const undo = (room: RoomUnderTest, raise: Partial<FormerRaise>, at = T0) =>
    stores().store.line.undoRaise(room.id, { generation: 1, from: 0, to: 0, isPreview: false, ...raise }, at);
  const states = async (room: RoomUnderTest, crowd: Parameters<RoomUnderTest['place']>[0][], at = T0) => {
    const found = [];
    for (const each of crowd) found.push((await room.place(each, at)).state);
    return found;
  };

  describe('a raise that is undone', () => {
    it('takes back the turns that nobody has claimed, and no admission', async () => {
      const room = await makeRoom(stores().store);
      const crowd = await room.crowd(5);
      await room.raise({ numbers: 4 });
      await room.claim(pick(crowd, 0));
      await room.claim(pick(crowd, 2));
      const preview = await undo(room, { to: 4, isPreview: true });
      expect(preview).toMatchObject({ unclaimed: 2, loweredBy: 3, counters: { serving: 4 } });
      expect((await room.counters()).serving).toBe(4);
      expect(await undo(room, { to: 4 })).toMatchObject({
        ...{ unclaimed: 2, loweredBy: 3 },
        counters: { serving: 1, waiting: 3, claimed: 2, active: 2 },
      });
      expect(await states(room, crowd)).toEqual(['admitted', 'waiting', 'admitted', 'waiting', 'waiting']);
      expect((await room.view()).held).toBe(0);
      await room.raise({ people: 1 });
      expect(await states(room, crowd)).toEqual(['admitted', 'served', 'admitted', 'waiting', 'waiting']);
    });

    it('takes back as many turns from the last in line, where others were served since', async () => {
      const room = await makeRoom(stores().store);
      const crowd = await room.crowd(6);
      await room.raise({ numbers: 3 });
      await room.raise({ numbers: 2 });
      await room.claim(pick(crowd, 0));
      expect(await undo(room, { to: 3 })).toMatchObject({ unclaimed: 2, loweredBy: 2, counters: { serving: 3 } });
      expect(await states(room, crowd)).toEqual(['admitted', 'served', 'served', 'waiting', 'waiting', 'waiting']);
    });

    it('takes credits back first, and a newcomer waits then', async () => {
      const room = await makeRoom(stores().store);
      const crowd = await room.crowd(2);
      await room.raise({ numbers: 5 });
      await room.claim(pick(crowd, 0));
      expect(await undo(room, { to: 5 })).toMatchObject({ unclaimed: 4, loweredBy: 4, counters: { serving: 1 } });
      expect(await room.arrive('eve', { claim: true })).toMatchObject({ number: 3, admission: null });
    });

    it('has nothing to take back when all have claimed, or missed their turn', async () => {
      const room = await makeRoom(stores().store);
      const crowd = await room.crowd(2);
      await room.raise({ numbers: 2 });
      await room.claim(pick(crowd, 0));
      expect(await undo(room, { to: 2 }, T0 + seconds(121))).toMatchObject({ unclaimed: 0, loweredBy: 0 });
      expect((await room.counters(T0 + seconds(121))).serving).toBe(2);
      expect(await room.place(pick(crowd, 1), T0 + seconds(121))).toMatchObject({ state: 'missed' });
    });

    it('takes back a turn that was extended', async () => {
      const room = await makeRoom(stores().store);
      const crowd = await room.crowd(2);
      await room.raise({ numbers: 2 });
      await room.extend(pick(crowd, 1));
      expect(await undo(room, { from: 1, to: 2 })).toMatchObject({ unclaimed: 1, loweredBy: 1 });
      expect(await states(room, crowd)).toEqual(['served', 'waiting']);
    });

    it('happens once, and frees the places of a room with a size', async () => {
      const room = await makeRoom(stores().store, { size: 2 });
      await room.crowd(3);
      await room.raise({ people: 2 });
      expect(await undo(room, { to: 2 })).toMatchObject({ unclaimed: 2, loweredBy: 2 });
      expect(await undo(room, { to: 2 })).toMatchObject({ unclaimed: 0, loweredBy: 0 });
      expect((await room.raise({ people: 5 })).raisedBy).toBe(2);
    });

    it('leaves the line of another generation or incarnation as it is, and those who passed through', async () => {
      const room = await makeRoom(stores().store);
      await room.crowd(2);
      await room.raise({ numbers: 2 });
      expect(await undo(room, { generation: 2, to: 2 })).toMatchObject({ unclaimed: 0, loweredBy: 0 });
      expect(await undo(room, { incarnation: 'other', to: 2 })).toMatchObject({ unclaimed: 0, loweredBy: 0 });
      await room.configure({ mode: 'passthrough' });
      expect(await undo(room, { to: 2 })).toMatchObject({ loweredBy: 0, counters: { serving: 2 } });
    });
  });
}
