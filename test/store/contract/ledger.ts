import { describe, expect, it } from 'vitest';
import type { LineView } from '#waiting-room/line/counters.ts';
import type { Checkpoint } from '#waiting-room/line/opening.ts';
import type { Ports } from './room-under-test.ts';
import { freshId, makeRoom, pick, RULES, seconds, T0 } from './room-under-test.ts';

export function describeLedgerVerbs(stores: Ports<'line'>): void {
  describe('a claim that is taken back', () => {
    it('lapses at once: the place is held for another claim window', async () => {
      const room = await makeRoom(stores().store, { size: 1 });
      const [ann, bob] = [await room.arrive('ann'), await room.arrive('bob')];
      await room.raise({ people: 1 });
      await room.claim(ann);
      await stores().store.line.undoClaim(room.id, { ...ann, again: true }, T0 + seconds(60));
      expect(await room.view(T0 + seconds(60))).toMatchObject({
        counters: { claimed: 1, active: 0 },
        held: 1,
        lapses: 1,
      });
      expect(await room.place(ann, T0 + seconds(60))).toEqual({ state: 'served', claimBy: T0 + seconds(180) });
      await room.raise({ people: 1 }, T0 + seconds(60));
      expect(await room.place(bob, T0 + seconds(60))).toEqual({ state: 'waiting' });
      expect(await room.claim(ann, T0 + seconds(61))).toMatchObject({ state: 'admitted', first: true });
      expect(await room.counters(T0 + seconds(61))).toMatchObject({ claimed: 2, active: 1 });
    });

    it.each([
      [0, 'served'],
      [1, 'returned'],
    ])('waits at the front where an exit freed its place, in a room of size %i: %s', async (size, state) => {
      const room = await makeRoom(stores().store, { size });
      const [ann, bob] = [await room.arrive('ann'), await room.arrive('bob')];
      await room.raise({ numbers: 1 });
      await room.claim(ann);
      const { line } = stores().store;
      await line.reportExits(room.id, { exited: 1, completed: [], abandoned: [] }, T0);
      await room.raise({ people: 1 });
      await line.undoClaim(room.id, { ...ann, again: true }, T0);
      expect(await room.place(ann)).toMatchObject({ state });
      expect(await room.claim(bob)).toMatchObject({ state: 'admitted' });
      expect(await room.counters()).toMatchObject({ waiting: size, present: size, active: 1 });
      await line.reportExits(room.id, { exited: 1, completed: [], abandoned: [] }, T0);
      await room.raise({ people: 1 });
      expect(await room.claim(ann)).toMatchObject({ state: 'admitted', first: true });
    });

    it('frees the place where the number may not be claimed again', async () => {
      const room = await makeRoom(stores().store, { size: 1 });
      const [ann, bob] = [await room.arrive('ann'), await room.arrive('bob')];
      await room.raise({ people: 1 });
      await room.claim(ann);
      await stores().second.line.undoClaim(room.id, { ...ann, again: false }, T0);
      expect(await room.place(ann)).toEqual({ state: 'over' });
      await room.raise({ people: 1 });
      expect(await room.claim(bob)).toMatchObject({ state: 'admitted' });
      expect(await room.counters()).toMatchObject({ claimed: 2, active: 1 });
    });

    it('of a number that waits again, because the counter was lowered, makes it wait', async () => {
      const room = await makeRoom(stores().store);
      const [ann] = [await room.arrive('ann'), await room.arrive('bob')];
      await room.raise({ numbers: 1 });
      await room.claim(ann);
      await room.raise({ numbers: -1 });
      await stores().store.line.undoClaim(room.id, { ...ann, again: true }, T0);
      expect(await room.place(ann)).toEqual({ state: 'waiting' });
      expect(await room.counters()).toMatchObject({ waiting: 2, present: 2, claimed: 1, active: 0 });
    });

    it('changes nothing where the visitor has no such claim', async () => {
      const room = await makeRoom(stores().store, { size: 2 });
      const [ann, bob] = [await room.arrive('ann'), await room.arrive('bob')];
      await room.raise({ people: 2 });
      await room.claim(ann);
      const before = await room.view();
      const { line } = stores().store;
      await line.undoClaim(room.id, { ...bob, again: true }, T0);
      await line.undoClaim(room.id, { ...ann, number: bob.number, again: true }, T0);
      await line.undoClaim(room.id, { ...ann, generation: 2, again: true }, T0);
      expect(await room.view()).toEqual(before);
    });
  });

  describe('admissions that are restored from a ledger', () => {
    const checkpointOf = ({ counters, ...of }: LineView): Checkpoint => ({ ...of, counters, draws: [] });

    /** A line of 10, of whom 3 are inside, that was lost and opened again. */
    async function reopened(size: number) {
      const { line } = stores().store;
      const room = await makeRoom(stores().store, { size });
      const crowd = await room.crowd(10);
      await room.raise({ numbers: 3 });
      for (const holder of crowd.slice(0, 3)) await room.claim(holder);
      const view = await room.view();
      const id = freshId('room');
      const rules = { ...RULES, size };
      const checkpoint = { ...checkpointOf(view), incarnation: 'again' };
      await line.open(id, { rules, incarnation: 'unused', checkpoint }, T0 + seconds(1));
      const holders = crowd.map((holder) => ({ ...holder, incarnation: 'again' }));
      const admissions = holders.slice(0, 3).map(({ visitor, number }) => ({
        ...{ visitor, number, issuedAt: T0, expiresAt: T0 + seconds(600) },
      }));
      const restore = (which = admissions, at = T0 + seconds(1), { generation = 1, isComplete = false } = {}) =>
        line.restoreAdmissions(id, { incarnation: 'again', generation, isComplete, admissions: which }, at);
      return { id, line, holders, admissions, restore };
    }

    it.each([0, 3, 5])('have their names and times, and no place twice, in a room of size %i', async (size) => {
      const { id, line, holders, admissions, restore } = await reopened(size);
      await restore();
      await restore();
      const at = T0 + seconds(2);
      expect((await line.view(id, at)).counters).toMatchObject({ active: 3, claimed: 3 });
      for (const each of admissions) {
        expect(await line.admission(id, each.visitor, at)).toEqual({ ...each, generation: 1 });
      }
      expect(await line.claim(id, pick(holders, 0), at)).toMatchObject({ state: 'admitted', first: false });
      await line.recordHeartbeats(id, { incarnation: 'again', generation: 1, numbers: [4] }, at);
      await line.raise(id, { people: 10 }, at);
      const next = await line.claim(id, pick(holders, 3), at);
      expect(next.state).toBe(size === 3 ? 'waiting' : 'admitted');
      expect((await line.view(id, T0 + seconds(600))).counters.active).toBe(size === 3 ? 0 : 1);
    });

    it('of a number that came back before are no place in line any more', async () => {
      const { id, line, holders, restore } = await reopened(3);
      const ann = pick(holders, 0);
      expect(await line.claim(id, ann, T0 + seconds(1))).toEqual({ state: 'returned' });
      await restore();
      expect(await line.claim(id, ann, T0 + seconds(1))).toMatchObject({ state: 'admitted', first: false });
      expect((await line.view(id, T0 + seconds(1))).counters).toMatchObject({ active: 3, waiting: 7 });
    });

    it('are those above the counter too, which was behind when the line was lost', async () => {
      const { id, line, holders, admissions, restore } = await reopened(0);
      const late = { ...pick(admissions, 0), visitor: pick(holders, 4).visitor, number: 5 };
      await restore([late]);
      expect(await line.admission(id, late.visitor, T0 + seconds(1))).toMatchObject({ number: 5 });
      expect((await line.view(id, T0 + seconds(1))).counters).toMatchObject({ active: 1, waiting: 6 });
      await line.raise(id, { numbers: 7 }, T0 + seconds(1));
      expect((await line.view(id, T0 + seconds(1))).counters).toMatchObject({ waiting: 0 });
    });

    it('keep places without names, until they are all that there were', async () => {
      const { id, line, admissions, restore } = await reopened(3);
      await restore(admissions.slice(0, 1));
      expect((await line.view(id, T0 + seconds(1))).counters.active).toBe(3);
      await restore(admissions.slice(0, 2), T0 + seconds(2), { isComplete: true });
      expect((await line.view(id, T0 + seconds(2))).counters.active).toBe(2);
    });

    it('leave the places free that were reported to be free', async () => {
      const { id, line, holders, restore } = await reopened(3);
      const at = T0 + seconds(1);
      await line.recordHeartbeats(id, { incarnation: 'again', generation: 1, numbers: [4, 5, 6] }, at);
      await line.reportExits(id, { exited: 3, completed: [], abandoned: [] }, at);
      await restore();
      await line.raise(id, { people: 3 }, at);
      const next = await Promise.all(holders.slice(3, 6).map((holder) => line.claim(id, holder, at)));
      expect(next.map(({ state }) => state)).toEqual(['admitted', 'admitted', 'admitted']);
    });

    it('show that their numbers were issued, and with them all before', async () => {
      const { id, line, admissions, restore } = await reopened(0);
      const last = { ...pick(admissions, 0), visitor: 'zoe', number: 150 };
      await restore([last]);
      const { counters, incarnation } = await line.view(id, T0 + seconds(1));
      expect(counters).toMatchObject({ queue: 150, active: 1, waiting: 7 });
      const joined = await line.join(id, [{ visitor: 'new', claim: false }], T0 + seconds(1));
      expect(joined?.map(({ number }) => number)).toEqual([151]);
      const yan = { incarnation, generation: 1, number: 140, visitor: 'yan' };
      expect(await line.claim(id, yan, T0 + seconds(1))).toEqual({ state: 'waiting' });
      expect((await line.view(id, T0 + seconds(1))).counters).toMatchObject({ waiting: 9 });
    });

    it('are not those that ended, that expired, or that are of another generation', async () => {
      const { id, line, holders, admissions, restore } = await reopened(3);
      await restore(admissions, T0 + seconds(1), { generation: 2 });
      expect(await line.admission(id, pick(holders, 0).visitor, T0 + seconds(1))).toBeNull();
      await restore();
      const visitor = pick(holders, 1).visitor;
      await line.reportExits(id, { exited: 0, completed: [visitor], abandoned: [] }, T0 + seconds(1));
      await restore();
      expect(await line.admission(id, visitor, T0 + seconds(1))).toBeNull();
      await restore(admissions, T0 + seconds(600));
      expect((await line.view(id, T0 + seconds(600))).counters.active).toBe(0);
    });
  });
}
