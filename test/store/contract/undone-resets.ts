import { describe, expect, it } from 'vitest';
import type { LineView } from '#waiting-room/line/counters.ts';
import type { Checkpoint } from '#waiting-room/line/index.ts';
import type { FormerReset } from '#waiting-room/line/undone-resets.ts';
import type { Arrival, Ports, RoomUnderTest } from './room-under-test.ts';
import { freshId, makeRoom, pick, RULES, seconds, T0, thereAt } from './room-under-test.ts';

const NEXT = 'next';
const HOUR = seconds(3600);

/** What a process remembers of a line that nobody has joined. */
function checkpointOf({
  incarnation,
  generation,
  lineage,
  epoch,
  counters,
  turns,
  joinPeak,
  ...view
}: LineView): Checkpoint {
  const { alarm, inletState, notes } = view;
  return { incarnation, generation, lineage, epoch, counters, turns, joinPeak, alarm, inletState, notes };
}

export function describeUndoneResets(stores: Ports<'line'>): void {
  const reset = (room: RoomUnderTest, at = T0, incarnation = NEXT) =>
    stores().store.line.reset(room.id, { incarnation }, at);
  /** As another process does it. */
  const undo = (room: RoomUnderTest, at = T0, more: Partial<FormerReset> = {}) =>
    stores().second.line.undoReset(room.id, { incarnation: NEXT, isPreview: false, ...more }, at);
  const states = async (room: RoomUnderTest, crowd: readonly Arrival[], at = T0) => {
    const found = [];
    for (const each of crowd) found.push((await room.place(each, at)).state);
    return found;
  };
  /** One who is inside, one with a turn, one who left, one who missed the turn, and two who wait. */
  async function roomInUse(at = T0) {
    const room = await makeRoom(stores().store, { size: 5 });
    const crowd = await room.crowd(6, { at });
    await room.raise({ numbers: 2 }, at);
    await room.claim(pick(crowd, 0), at);
    await room.raise({ numbers: 2 }, at + seconds(100));
    await room.leave(pick(crowd, 2), at + seconds(100));
    return { room, crowd, at: at + seconds(130) };
  }
  const IN_USE = ['admitted', 'missed', 'over', 'served', 'waiting', 'waiting'];

  describe('a reset that is undone', () => {
    it('brings numbers, turns, admissions and counters back', async () => {
      const { room, crowd, at } = await roomInUse();
      expect(await states(room, crowd, at)).toEqual(IN_USE);
      const before = await room.view(at);
      await reset(room, at);
      expect(await states(room, crowd, at)).toEqual(Array(6).fill('stale'));
      const counts = { waiting: 2, inside: 1, issuedSince: 0 };
      expect(await undo(room, at, { isPreview: true })).toMatchObject({ outcome: 'undone', ...counts });
      expect(await states(room, crowd, at)).toEqual(Array(6).fill('stale'));
      expect(await undo(room, at)).toMatchObject({ outcome: 'undone', ...counts, counters: before.counters });
      expect(await states(room, crowd, at)).toEqual(IN_USE);
      const { epoch, lineage, heartbeatsSince, ...view } = await room.view(at);
      expect(view).toEqual({ ...before, epoch: undefined, lineage: undefined, heartbeatsSince: undefined });
      expect(heartbeatsSince).toBe(at);
      expect(await room.arrive('eve', { at })).toMatchObject({ number: 7, generation: 1 });
    });

    it('happens once', async () => {
      const { room, crowd, at } = await roomInUse();
      await reset(room, at);
      await undo(room, at);
      expect(await undo(room, at)).toMatchObject({ outcome: 'gone', waiting: 0, inside: 0 });
      expect(await states(room, crowd, at)).toEqual(IN_USE);
    });

    it('voids the numbers that were issued since, and issues none of before again', async () => {
      const { room, crowd, at } = await roomInUse();
      await reset(room, at);
      const since = await room.crowd(3, { at });
      expect(pick(since, 0)).toMatchObject({ incarnation: NEXT, number: 1, generation: 2 });
      expect(await undo(room, at)).toMatchObject({ outcome: 'undone', issuedSince: 3 });
      expect(await states(room, since, at)).toEqual(['stale', 'stale', 'stale']);
      expect(await states(room, crowd, at)).toEqual(IN_USE);
      expect((await room.crowd(2, { at })).map(({ number }) => number)).toEqual([7, 8]);
    });

    it('ends what the time ended, and counts no exit of the line in between', async () => {
      const { room, crowd, at } = await roomInUse();
      await reset(room, at);
      await room.exits({ completed: [pick(crowd, 0).visitor], exited: 1 }, at);
      const later = at + seconds(100);
      expect(await undo(room, later, { isPreview: true })).toMatchObject({ inside: 1 });
      await undo(room, later);
      expect(await states(room, crowd, later)).toEqual(['admitted', 'missed', 'over', 'missed', 'waiting', 'waiting']);
      expect(await room.counters(later)).toMatchObject({ active: 1, completed: 0, abandoned: 0, expired: 2 });
      await reset(room, later);
      const end = T0 + seconds(601);
      expect(await undo(room, end)).toMatchObject({ outcome: 'undone', inside: 0 });
      expect(await room.counters(end)).toMatchObject({ active: 0, waiting: 2 });
    });

    it('is refused once somebody was let in', async () => {
      const { room, crowd, at } = await roomInUse();
      await reset(room, at);
      await room.raise({ numbers: 1 }, at);
      await room.arrive('eve', { claim: true, at });
      expect(await undo(room, at)).toMatchObject({ outcome: 'let_in', issuedSince: 1 });
      expect(await states(room, crowd, at)).toEqual(Array(6).fill('stale'));
    });

    it('is refused where those inside, and with a turn, are more than the size by now', async () => {
      const { room, crowd, at } = await roomInUse();
      await reset(room, at);
      await room.configure({ size: 1 }, at);
      expect(await undo(room, at)).toMatchObject({ outcome: 'too_large' });
      // No places at all.
      await room.configure({ size: -1 }, at);
      expect(await undo(room, at)).toMatchObject({ outcome: 'too_large' });
      await room.configure({ size: 2 }, at);
      expect(await undo(room, at)).toMatchObject({ outcome: 'undone' });
      expect(await states(room, crowd, at)).toEqual(IN_USE);
      expect((await room.raise({ people: 5 }, at)).raisedBy).toBe(0);
    });

    it('has the rules, the breaker and the load of the origin of this moment', async () => {
      const room = await makeRoom(stores().store);
      await room.raise({ numbers: 3 }, T0, { from: '', to: 'kept' });
      await stores().store.line.note(room.id, { name: 'meter', value: 'before' }, T0);
      await reset(room);
      await room.configure({ mode: 'paused' });
      await stores().store.line.setAlarm(room.id, true, T0);
      await stores().store.line.note(room.id, { name: 'signal', value: 'now' }, T0);
      await stores().store.line.note(room.id, { name: 'meter', value: 'since' }, T0);
      await undo(room);
      expect(await room.view()).toMatchObject({
        ...{ mode: 'paused', alarm: true, inletState: 'kept', notes: { signal: 'now', meter: 'before' } },
        // A paused room has no credits.
        counters: { serving: 0 },
      });
    });

    it('is over after an hour', async () => {
      const { room, crowd, at } = await roomInUse();
      await reset(room, at);
      expect(await undo(room, at + HOUR - 1, { isPreview: true })).toMatchObject({ outcome: 'undone' });
      expect(await undo(room, at + HOUR)).toMatchObject({ outcome: 'gone' });
      expect(await states(room, crowd, at + HOUR)).toEqual(Array(6).fill('stale'));
    });

    it('is of the latest reset only, unless nobody has a number since the one before', async () => {
      const { room, crowd, at } = await roomInUse();
      await reset(room, at);
      await reset(room, at + 10, 'again');
      expect(await undo(room, at + 10)).toMatchObject({ outcome: 'gone' });
      expect(await undo(room, at + 10, { incarnation: 'again' })).toMatchObject({ outcome: 'undone', waiting: 2 });
      expect(await states(room, crowd, at + 10)).toEqual(IN_USE);
      await reset(room, at + 20);
      const since = await room.crowd(1, { at: at + 20 });
      await reset(room, at + 30, 'again');
      expect(await undo(room, at + 30, { incarnation: 'again' })).toMatchObject({ outcome: 'undone', waiting: 1 });
      expect(await states(room, since, at + 30)).toEqual(['waiting']);
      expect(await states(room, crowd, at + 30)).toEqual(Array(6).fill('stale'));
    });

    it('gives no generation to two lines', async () => {
      const room = await makeRoom(stores().store);
      const generations = [];
      for (const [n, incarnation] of ['one', 'two', 'three'].entries()) {
        await reset(room, T0 + n, incarnation);
        generations.push((await room.view(T0 + n)).generation);
        await undo(room, T0 + n, { incarnation });
        generations.push((await room.view(T0 + n)).generation);
      }
      expect(generations).toEqual([2, 1, 4, 1, 6, 1]);
    });

    it('brings draws back, with their entrants', async () => {
      const room = await makeRoom(stores().store);
      await room.announceDraw();
      await room.crowd(3);
      await room.draw();
      await room.announceDraw({ event: 'encore' });
      await room.crowd(2);
      await reset(room);
      await room.announceDraw({ event: 'encore' });
      await room.crowd(4);
      await undo(room);
      expect(thereAt((await room.drawResult()) as never)).toEqual([0, 1, 2]);
      expect((await room.view()).draws).toMatchObject([
        { event: 'opening', entrants: 3 },
        { event: 'encore', arrivals: 2, drawnAt: null },
      ]);
      await room.heardEntrants([0, 1]);
      await room.draw('encore');
      expect((await room.counters()).queue).toBe(5);
    });

    it('is that of the later line, whichever memory a lost line is opened from first', async () => {
      const { line } = stores().store;
      const room = await makeRoom(stores().store);
      const first = checkpointOf(await room.view());
      await reset(room);
      const second = checkpointOf(await room.view());
      await undo(room);
      const third = checkpointOf(await room.view());
      const open = async (id: string, checkpoint: Checkpoint) => {
        await line.open(id, { rules: RULES, incarnation: 'new', checkpoint }, T0);
        const { incarnation, generation, epoch } = await line.view(id, T0);
        return [incarnation, generation, epoch];
      };
      const lost = freshId('room');
      expect(await open(lost, first)).toEqual(['', 1, 0]);
      // A line of an early version, which has no incarnation, is of no lineage.
      expect(await open(lost, second)).toEqual(['', 1, 0]);
      const named = (checkpoint: Checkpoint): Checkpoint =>
        checkpoint.incarnation === '' ? { ...checkpoint, incarnation: 'one' } : { ...checkpoint, lineage: 'one' };
      const [one, two, three] = [first, second, third].map(named) as [Checkpoint, Checkpoint, Checkpoint];
      const other = freshId('room');
      expect(await open(other, one)).toEqual(['one', 1, 0]);
      expect(await open(other, two)).toEqual([NEXT, 2, 2]);
      expect(await open(other, one)).toEqual([NEXT, 2, 2]);
      expect(await open(other, three)).toEqual(['one', 1, 3]);
      for (const each of [one, two]) expect(await open(other, each)).toEqual(['one', 1, 3]);
      await line.join(other, [{ visitor: 'ann', claim: false }], T0);
      expect(await open(other, { ...three, epoch: 5 })).toEqual(['one', 1, 5]);
      expect((await line.view(other, T0)).counters.queue).toBe(1);
    });

    it('follows a clock that jumped back since', async () => {
      const { room, crowd, at } = await roomInUse();
      await reset(room, at);
      const back = at - seconds(1000);
      await room.view(back);
      await undo(room, back + seconds(80));
      expect(await states(room, crowd, back + seconds(80))).toEqual(IN_USE);
      expect(await room.counters(back + seconds(95))).toMatchObject({ expired: 2 });
      expect(await room.counters(back + seconds(480))).toMatchObject({ active: 0 });
    });
  });
}
