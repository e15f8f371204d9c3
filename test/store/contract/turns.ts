import { describe, expect, it } from 'vitest';
import type { Ports } from './room-under-test.ts';
import { makeRoom, pick, presentNumbers, seconds, T0 } from './room-under-test.ts';

export function describeTurns(stores: Ports<'line'>): void {
  describe('turns', () => {
    it('serves as many numbers as asked, and says by how much the counter rose', async () => {
      const room = await makeRoom(stores().store);
      const crowd = await room.crowd(5);
      expect(await room.raise({ numbers: 3 })).toEqual({
        raisedBy: 3,
        serving: 3,
        applied: true,
        counters: {
          queue: 5,
          serving: 3,
          waiting: 2,
          claimed: 0,
          active: 0,
          completed: 0,
          abandoned: 0,
          expired: 0,
        },
      });
      expect((await room.counters()).present).toBe(2);
      expect(await Promise.all(crowd.map((holder) => room.place(holder)))).toMatchObject([
        { state: 'served' },
        { state: 'served' },
        { state: 'served' },
        { state: 'waiting' },
        { state: 'waiting' },
      ]);
    });

    it('ends every claim window on a whole second, never before its time', async () => {
      const room = await makeRoom(stores().store);
      const ann = await room.arrive('ann');
      await room.raise({ numbers: 1 }, T0 + 1);
      expect(await room.place(ann, T0 + 1)).toEqual({ state: 'served', claimBy: T0 + 121_000 });
    });

    it('expires a turn that was not claimed in time, and counts it', async () => {
      const room = await makeRoom(stores().store);
      const ann = await room.arrive('ann');
      await room.raise({ numbers: 1 });
      expect((await room.place(ann, T0 + 119_999)).state).toBe('served');
      expect(await room.place(ann, T0 + 120_000)).toMatchObject({ state: 'missed', away: false });
      expect(await room.claim(ann, T0 + 120_000)).toMatchObject({ state: 'missed', away: false });
      expect(await room.view(T0 + 120_000)).toMatchObject({ held: 0, counters: { expired: 1, claimed: 0 } });
    });

    it('passes over absent visitors in a room with a size, so they don’t block the line', async () => {
      const room = await makeRoom(stores().store, { size: 2 });
      const crowd = await room.crowd(4);
      const later = T0 + seconds(300);
      await room.heard([2, 4], later);
      await room.raise({ people: 2 }, later);
      expect(await room.place(pick(crowd, 0), later)).toMatchObject({ state: 'missed', away: true });
      expect((await room.place(pick(crowd, 1), later)).state).toBe('served');
      expect(await room.place(pick(crowd, 2), later)).toMatchObject({ state: 'missed', away: true });
      expect((await room.place(pick(crowd, 3), later)).state).toBe('served');
      expect(await room.counters(later)).toMatchObject({ serving: 4, expired: 2, waiting: 0 });
    });

    it('doubles the claim window of a turn, once', async () => {
      const room = await makeRoom(stores().store, { size: 1 });
      const [ann, bob] = await room.crowd(2).then((crowd) => [pick(crowd, 0), pick(crowd, 1)] as const);
      expect(await room.extend(ann)).toEqual({ state: 'waiting' });
      await room.raise({ people: 1 });
      const extended = { state: 'served', claimBy: T0 + seconds(240), extended: true };
      expect(await room.extend(ann, T0 + seconds(119))).toEqual(extended);
      expect(await room.extend(ann, T0 + seconds(121))).toEqual(extended);
      expect(await room.place(ann, T0 + seconds(240) - 1)).toEqual(extended);
      expect(await room.view(T0 + seconds(239))).toMatchObject({ held: 1, counters: { expired: 0 } });
      expect(await room.place(ann, T0 + seconds(240))).toMatchObject({ state: 'missed', away: false, front: true });
      expect(await room.extend(ann, T0 + seconds(240))).toMatchObject({ state: 'missed' });
      expect(await room.view(T0 + seconds(240))).toMatchObject({ held: 0, counters: { expired: 1 } });
      await room.heard([2], T0 + seconds(240));
      await room.raise({ people: 1 }, T0 + seconds(240));
      expect(await room.claim(bob, T0 + seconds(240))).toMatchObject({ state: 'admitted' });
    });

    it('gives a visitor who took more time the admission, and more time at the next turn too', async () => {
      const room = await makeRoom(stores().store, { size: 1 });
      const ann = await room.arrive('ann');
      await room.raise({ people: 1 });
      await room.extend(ann);
      await room.rejoin(ann, T0 + seconds(240));
      await room.raise({ people: 1 }, T0 + seconds(240));
      const claimBy = T0 + seconds(360);
      expect(await room.place(ann, T0 + seconds(240))).toEqual({ state: 'served', claimBy });
      const longer = { state: 'served', claimBy: claimBy + seconds(120), extended: true };
      expect(await room.extend(ann, T0 + seconds(240))).toEqual(longer);
      expect(await room.claim(ann, T0 + seconds(470))).toMatchObject({ state: 'admitted', first: true });
      expect(await room.view(T0 + seconds(470))).toMatchObject({ held: 0, counters: { active: 1, expired: 1 } });
    });

    it('keeps the time of a turn that was extended when the clock jumps back', async () => {
      const room = await makeRoom(stores().store);
      const ann = await room.arrive('ann');
      await room.raise({ numbers: 1 });
      await room.extend(ann);
      await room.view(T0 - seconds(30));
      const extended = { state: 'served', claimBy: T0 + seconds(210), extended: true };
      expect(await room.place(ann, T0 - seconds(30))).toEqual(extended);
      expect(await room.extend(ann, T0 - seconds(30))).toEqual(extended);
    });

    it('stops claim windows while the room is paused, and goes on with what was left', async () => {
      const { store, second } = stores();
      const room = await makeRoom(store, { size: 2, pauseStops: 'claim_windows' });
      const [ann, bob] = await room.crowd(2).then((crowd) => [pick(crowd, 0), pick(crowd, 1)] as const);
      await room.raise({ people: 2 });
      await room.extend(bob);
      await room.configure({ mode: 'paused' }, T0 + seconds(100));
      for (const at of [seconds(100), seconds(100.4), seconds(150), seconds(4000)].map((after) => T0 + after)) {
        const left = { state: 'served', claimBy: at + seconds(20) };
        expect(await room.place(ann, at)).toEqual(left);
        expect(await room.view(at)).toMatchObject({ held: 2, counters: { expired: 0 } });
        expect(await second.line.place(room.id, ann, at)).toEqual(left);
        expect(await room.place(bob, at)).toMatchObject({ claimBy: at + seconds(140), extended: true });
      }
      await room.configure({ mode: 'queue' }, T0 + seconds(4000.7));
      expect(await room.place(ann, T0 + seconds(4000.7))).toEqual({ state: 'served', claimBy: T0 + seconds(4020.7) });
      expect(await room.view(T0 + seconds(4020.7))).toMatchObject({ held: 1, counters: { expired: 1 } });
      expect(await room.place(bob, T0 + seconds(4140))).toMatchObject({ claimBy: T0 + seconds(4140.7) });
      expect(await room.view(T0 + seconds(4140.7))).toMatchObject({ held: 0, counters: { expired: 2 } });
    });

    it('does not count a stopped pause for the front that a missed turn leaves open', async () => {
      const room = await makeRoom(stores().store, { pauseStops: 'claim_windows', missedTurnGrace: 1_800_000 });
      const ann = pick(await room.crowd(1), 0);
      await room.raise({ numbers: 1 });
      await room.configure({ mode: 'paused' }, T0 + seconds(100));
      await room.view(T0 + seconds(3000));
      await room.configure({ mode: 'queue' }, T0 + seconds(4000));
      const end = T0 + seconds(3900 + 1800);
      expect(await room.place(ann, end)).toMatchObject({ state: 'missed', front: true });
      expect(await room.place(ann, end + seconds(1))).toMatchObject({ state: 'missed', front: false });
    });

    it('counts a pause that stops nothing for the front', async () => {
      const room = await makeRoom(stores().store, { missedTurnGrace: 1_800_000 });
      const ann = pick(await room.crowd(1), 0);
      await room.raise({ numbers: 1 });
      await room.configure({ mode: 'paused' }, T0 + seconds(100));
      expect(await room.place(ann, T0 + seconds(1800))).toMatchObject({ state: 'missed', front: true });
      expect(await room.place(ann, T0 + seconds(1801))).toMatchObject({ state: 'missed', front: false });
    });

    it('counts a stopped pause once, however often it is paused and by however many processes', async () => {
      const { store, second } = stores();
      const room = await makeRoom(store, { pauseStops: 'claim_windows' });
      const ann = await room.arrive('ann');
      await room.raise({ numbers: 1 });
      await room.configure({ mode: 'paused' }, T0 + seconds(10));
      await Promise.all([store, second].map(({ line }) => line.view(room.id, T0 + seconds(20))));
      await room.configure({ mode: 'paused' }, T0 + seconds(30));
      await room.configure({ mode: 'queue' }, T0 + seconds(40));
      await room.configure({ mode: 'queue' }, T0 + seconds(41));
      expect(await second.line.place(room.id, ann, T0 + seconds(41))).toEqual({
        state: 'served',
        claimBy: T0 + seconds(150),
      });
      await room.configure({ mode: 'paused' }, T0 + seconds(50));
      await room.configure({ mode: 'passthrough' }, T0 + seconds(55));
      expect(await room.place(ann, T0 + seconds(55))).toEqual({ state: 'served', claimBy: T0 + seconds(155) });
    });

    it('lets visitors claim, leave and take more time while claim windows are stopped', async () => {
      const room = await makeRoom(stores().store, { pauseStops: 'claim_windows' });
      const [ann, bob, cy] = await room
        .crowd(3)
        .then((crowd) => [pick(crowd, 0), pick(crowd, 1), pick(crowd, 2)] as const);
      await room.raise({ numbers: 3 });
      await room.configure({ mode: 'paused' }, T0 + seconds(100));
      const later = T0 + seconds(1000);
      expect(await room.claim(ann, later)).toMatchObject({ state: 'admitted', admission: { issuedAt: later } });
      await room.leave(bob, later);
      const extended = { state: 'served', claimBy: later + seconds(140), extended: true };
      expect(await room.extend(cy, later + 400)).toEqual({ ...extended, claimBy: extended.claimBy + 400 });
      await room.configure({ mode: 'queue' }, later + seconds(60));
      expect(await room.place(cy, later + seconds(60))).toEqual({
        ...extended,
        claimBy: extended.claimBy + seconds(60),
      });
    });

    it('lets claim windows go on in a pause that stops nothing, and from when the setting changes', async () => {
      const room = await makeRoom(stores().store);
      const ann = await room.arrive('ann');
      await room.raise({ numbers: 1 });
      await room.configure({ mode: 'paused' }, T0 + seconds(10));
      expect(await room.place(ann, T0 + seconds(20))).toEqual({ state: 'served', claimBy: T0 + seconds(120) });
      await room.configure({ mode: 'paused', pauseStops: 'claim_windows' }, T0 + seconds(20));
      expect(await room.place(ann, T0 + seconds(50))).toEqual({ state: 'served', claimBy: T0 + seconds(150) });
      await room.configure({ mode: 'paused' }, T0 + seconds(50));
      expect(await room.place(ann, T0 + seconds(60))).toEqual({ state: 'served', claimBy: T0 + seconds(150) });
      expect(await room.view(T0 + seconds(150))).toMatchObject({ held: 0, counters: { expired: 1 } });
    });

    it('keeps the time that is left when the clock jumps while claim windows are stopped', async () => {
      const room = await makeRoom(stores().store, { pauseStops: 'claim_windows' });
      const ann = await room.arrive('ann');
      await room.raise({ numbers: 1 });
      await room.configure({ mode: 'paused' }, T0 + seconds(100));
      await room.view(T0 + seconds(200));
      await room.view(T0 + seconds(200.4));
      const back = T0 - seconds(3600);
      expect((await room.view(back)).held).toBe(1);
      await room.configure({ mode: 'queue' }, back + seconds(30));
      expect(await room.place(ann, back + seconds(30))).toEqual({ state: 'served', claimBy: back + seconds(50) });
    });

    it('returns a visitor who missed the turn to the front with the same number', async () => {
      const room = await makeRoom(stores().store, { size: 1 });
      const [ann, bob] = await room.crowd(2).then((crowd) => [pick(crowd, 0), pick(crowd, 1)] as const);
      await room.raise({ people: 1 });
      const later = T0 + seconds(120);
      expect(await room.rejoin(ann, later)).toEqual({ state: 'returned' });
      expect(await room.rejoin(ann, later)).toEqual({ state: 'returned' });
      expect(await room.counters(later)).toMatchObject({ waiting: 2, present: 2, serving: 1 });
      await room.raise({ people: 1 }, later);
      expect(await room.place(ann, later)).toEqual({ state: 'served', claimBy: later + seconds(120) });
      expect(await room.place(bob, later)).toEqual({ state: 'waiting' });
      expect(await room.claim(ann, later)).toMatchObject({ state: 'admitted', first: true, admission: { number: 1 } });
    });

    it('serves a returning visitor at once if nobody waits and there is a credit', async () => {
      const room = await makeRoom(stores().store, { size: 1 });
      const ann = await room.arrive('ann');
      await room.raise({ people: 1 });
      const later = T0 + seconds(120);
      await room.raise({ people: 1 }, later);
      expect(await room.counters(later)).toMatchObject({ queue: 1, serving: 2 });
      expect(await room.rejoin(ann, later)).toEqual({ state: 'served', claimBy: later + seconds(120) });
      expect(await room.view(later)).toMatchObject({ held: 1, counters: { serving: 1 } });
    });

    it('lets a visitor who returned miss the turn again, and return again', async () => {
      const room = await makeRoom(stores().store, { size: 1 });
      const ann = await room.arrive('ann');
      await room.raise({ people: 1 });
      await room.rejoin(ann, T0 + seconds(120));
      await room.raise({ people: 1 }, T0 + seconds(120));
      expect(await room.place(ann, T0 + seconds(240))).toMatchObject({ state: 'missed', away: false });
      expect((await room.counters(T0 + seconds(240))).expired).toBe(2);
      expect(await room.rejoin(ann, T0 + seconds(240))).toEqual({ state: 'returned' });
    });

    it('keeps a newcomer whose page is still loading at the front for 31 s from the join, whether or not the line is viewed', async () => {
      const due = T0 + 31_000;
      for (const looks of [[], [T0 + 29_999, T0 + 30_000, due - 1], [due]]) {
        const room = await makeRoom(stores().store, { presentFromJoin: false });
        const [ann, bob] = [await room.arrive('ann'), await room.arrive('bob', { at: T0 + 2000 })];
        await room.raise({ people: 1 }, T0 + 2000);
        for (const look of looks) await room.view(look);
        if (!looks.includes(due)) expect(await room.place(ann, due - 1)).toEqual({ state: 'returned' });
        expect(await room.place(ann, due)).toEqual({ state: 'missed', away: true, front: false });
        expect(await room.place(bob, due)).toEqual({ state: 'returned' });
        expect(await room.counters(due)).toMatchObject({ waiting: 1, expired: 1 });
        expect(await room.place(bob, T0 + 33_000)).toEqual({ state: 'missed', away: true, front: false });
        expect(await room.counters(T0 + 33_000)).toMatchObject({ waiting: 0, expired: 2 });
      }
    });

    it('does not rejoin a visitor who has not missed a turn', async () => {
      const room = await makeRoom(stores().store);
      const [ann, bob] = await room.crowd(2).then((crowd) => [pick(crowd, 0), pick(crowd, 1)] as const);
      await room.raise({ numbers: 1 });
      expect((await room.rejoin(ann)).state).toBe('served');
      expect(await room.rejoin(bob)).toEqual({ state: 'waiting' });
      await room.claim(ann);
      expect((await room.rejoin(ann)).state).toBe('admitted');
      expect(await room.counters()).toMatchObject({ waiting: 1, claimed: 1 });
    });

    it('puts visitors above a lowered counter back in line, unless they claimed', async () => {
      const room = await makeRoom(stores().store);
      const crowd = await room.crowd(4);
      await room.raise({ numbers: 3 });
      await room.claim(pick(crowd, 1));
      expect((await room.raise({ numbers: -3 })).raisedBy).toBe(-3);
      expect(await Promise.all(crowd.map((holder) => room.place(holder)))).toMatchObject([
        { state: 'waiting' },
        { state: 'admitted' },
        { state: 'waiting' },
        { state: 'waiting' },
      ]);
      const view = await room.view();
      expect(view).toMatchObject({ held: 0, counters: { serving: 0, waiting: 3, present: 3 } });
      expect(presentNumbers(view)).toEqual([1, 3, 4]);
      await room.raise({ numbers: 1 }, T0 + seconds(30));
      expect(await room.place(pick(crowd, 0), T0 + seconds(30))).toEqual({
        state: 'served',
        claimBy: T0 + seconds(150),
      });
    });

    it('never lowers the counter below zero', async () => {
      const room = await makeRoom(stores().store);
      await room.raise({ numbers: 2 });
      expect(await room.raise({ numbers: -10 })).toMatchObject({ raisedBy: -2, counters: { serving: 0 } });
    });

    it('serves no more visitors than numbers, of whom returned visitors get every second turn', async () => {
      const room = await makeRoom(stores().store);
      const crowd = await room.crowd(12);
      await room.raise({ numbers: 10 });
      const later = T0 + seconds(120);
      for (const holder of crowd.slice(0, 10)) await room.rejoin(holder, later);
      expect(await room.raise({ numbers: 1 }, later)).toMatchObject({ raisedBy: 0, counters: { waiting: 11 } });
      expect((await room.view(later)).held).toBe(1);
      expect(await room.raise({ numbers: 3 }, later)).toMatchObject({ raisedBy: 2, counters: { waiting: 8 } });
      expect((await room.view(later)).held).toBe(4);
    });

    it('counts returned visitors among the people that it serves', async () => {
      const room = await makeRoom(stores().store);
      const crowd = await room.crowd(30);
      await room.raise({ people: 10 });
      const later = T0 + seconds(120);
      for (const holder of crowd.slice(0, 10)) await room.rejoin(holder, later);
      await room.heard(
        crowd.map(({ number }) => number),
        later,
      );
      await room.raise({ people: 1 }, later);
      expect((await room.view(later)).held).toBe(1);
      await room.raise({ people: 7 }, later);
      expect((await room.view(later)).held).toBe(8);
    });

    it('raises over present people, and past the absent ones between them', async () => {
      const room = await makeRoom(stores().store);
      await room.crowd(6);
      const later = T0 + seconds(300);
      await room.heard([3, 4, 6], later);
      expect((await room.raise({ people: 2 }, later)).raisedBy).toBe(4);
      expect(await room.view(later)).toMatchObject({ held: 2, counters: { present: 1, waiting: 2 } });
    });
  });
}
