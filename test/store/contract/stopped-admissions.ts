import { describe, expect, it } from 'vitest';
import { makeRoom, type Ports, pick, type RoomUnderTest, seconds, T0 } from './room-under-test.ts';

const STOPS = { pauseStops: 'claim_windows_and_admissions' } as const;

export function describeStoppedAdmissions(stores: Ports<'line'>): void {
  describe('pauses that stop admissions', () => {
    const admit = async (room: RoomUnderTest, visitor: string) => {
      await room.raise({ numbers: 1 });
      await room.arrive(visitor, { claim: true });
    };

    it('stop the time of those inside, and let it go on with what was left', async () => {
      const { store, second } = stores();
      const room = await makeRoom(store, { size: 1, ...STOPS });
      await admit(room, 'ann');
      expect(await room.arrive('bob', { claim: true })).toMatchObject({ admission: null });
      await room.configure({ mode: 'paused' }, T0 + seconds(60));
      for (const at of [60, 60.4, 600, 601, 5000].map((after) => T0 + seconds(after))) {
        const ann = { visitor: 'ann', issuedAt: at - seconds(60), expiresAt: at + seconds(540) };
        expect(await store.line.admission(room.id, 'ann', at)).toMatchObject(ann);
        expect(await room.view(at)).toMatchObject({ inside: 1, expiredAdmissions: 0, counters: { active: 1 } });
        expect(await second.line.admission(room.id, 'ann', at)).toMatchObject(ann);
      }
      await room.configure({ mode: 'queue' }, T0 + seconds(5000.7));
      const end = T0 + seconds(5540.7);
      expect(await store.line.admission(room.id, 'ann', end - 1)).toMatchObject({
        expiresAt: end,
        stopped: seconds(4940.7),
      });
      expect(await room.view(end - 1)).toMatchObject({ inside: 1 });
      expect(await room.view(end)).toMatchObject({ inside: 0, expiredAdmissions: 1 });
    });

    it('count once, however many processes see them', async () => {
      const { store, second } = stores();
      const room = await makeRoom(store, STOPS);
      await admit(room, 'ann');
      await room.configure({ mode: 'paused' }, T0 + seconds(10));
      await Promise.all([store, second].map(({ line }) => line.view(room.id, T0 + seconds(20))));
      await room.configure({ mode: 'paused' }, T0 + seconds(30));
      await room.configure({ mode: 'queue' }, T0 + seconds(40));
      await room.configure({ mode: 'queue' }, T0 + seconds(41));
      expect(await second.line.admission(room.id, 'ann', T0 + seconds(41))).toMatchObject({
        expiresAt: T0 + seconds(630),
      });
      await room.configure({ mode: 'paused' }, T0 + seconds(50));
      await room.configure({ mode: 'closed' }, T0 + seconds(55));
      expect(await second.line.admission(room.id, 'ann', T0 + seconds(55))).toMatchObject({
        expiresAt: T0 + seconds(635),
        stopped: seconds(35),
      });
    });

    it('stop confirm windows, and the claim windows of those served', async () => {
      const room = await makeRoom(stores().store, { size: 2, confirmWindow: seconds(30), ...STOPS });
      const [ann, bob] = await room.crowd(2).then((crowd) => [pick(crowd, 0), pick(crowd, 1)] as const);
      await room.raise({ people: 2 });
      await room.claim(ann, T0 + seconds(10));
      await room.configure({ mode: 'paused' }, T0 + seconds(20));
      const later = T0 + seconds(1000);
      expect(await room.view(later)).toMatchObject({ inside: 1, provisional: 1, lapses: 0, held: 1 });
      expect(await room.place(ann, later)).toMatchObject({ admission: { confirmBy: later + seconds(20) } });
      expect(await room.place(bob, later)).toMatchObject({ state: 'served', claimBy: later + seconds(100) });
      await room.configure({ mode: 'queue' }, later);
      expect(await room.view(later + seconds(20) - 1)).toMatchObject({ lapses: 0 });
      expect(await room.view(later + seconds(20))).toMatchObject({ lapses: 1, inside: 0 });
    });

    it('give a whole lifetime to those who claim, renew or confirm meanwhile', async () => {
      const room = await makeRoom(stores().store, { size: 3, confirmWindow: seconds(30), ...STOPS });
      const [ann, bob] = await room.crowd(2).then((crowd) => [pick(crowd, 0), pick(crowd, 1)] as const);
      await room.raise({ people: 2 });
      await room.claim({ ...ann, confirmed: true });
      await room.configure({ mode: 'paused' }, T0 + seconds(100));
      const later = T0 + seconds(1000);
      expect(await room.claim(bob, later + 300)).toMatchObject({
        admission: {
          issuedAt: later + 300,
          expiresAt: later + 300 + seconds(600),
          confirmBy: later + 300 + seconds(30),
        },
      });
      const renewed = { visitor: ann.visitor, expiresAt: later + seconds(1) + seconds(600) };
      expect(await room.renew(ann.visitor, later + seconds(1))).toMatchObject(renewed);
      expect(await room.confirm(bob.visitor, later + seconds(60))).toMatchObject({ visitor: bob.visitor });
      await room.configure({ mode: 'queue' }, later + seconds(100));
      const back = later + seconds(100);
      expect(await room.place(ann, back)).toMatchObject({ admission: { expiresAt: back + seconds(600) } });
      expect(await room.place(bob, back)).toMatchObject({ admission: { expiresAt: back + seconds(600) } });
      expect(await room.view(back + seconds(600) - 1)).toMatchObject({ inside: 2 });
      expect(await room.view(back + seconds(600))).toMatchObject({ inside: 0, expiredAdmissions: 2 });
    });

    it('let visitors leave, and sites report exits, meanwhile', async () => {
      const { store } = stores();
      const room = await makeRoom(store, { size: 3, ...STOPS });
      const ann = await room.arrive('ann', { claim: true });
      await room.raise({ people: 3 });
      for (const visitor of ['bob', 'cy']) await room.claim(await room.arrive(visitor));
      await room.claim(ann);
      await room.configure({ mode: 'paused' }, T0 + seconds(100));
      const later = T0 + seconds(1000);
      await room.leave(ann, later);
      expect(await room.exits({ completed: ['bob'], exited: 1 }, later)).toMatchObject({
        ended: ['bob'],
        counters: { active: 1, completed: 1, abandoned: 1 },
      });
      expect(await room.view(later)).toMatchObject({ inside: 0 });
    });

    it('stop the time from when the setting changes, and no longer', async () => {
      const { store } = stores();
      const room = await makeRoom(store);
      await admit(room, 'ann');
      const ends = async (at: number) => (await store.line.admission(room.id, 'ann', at))?.expiresAt;
      await room.configure({ mode: 'paused' }, T0 + seconds(10));
      expect(await ends(T0 + seconds(20))).toBe(T0 + seconds(600));
      await room.configure({ mode: 'paused', pauseStops: 'claim_windows' }, T0 + seconds(20));
      expect(await ends(T0 + seconds(30))).toBe(T0 + seconds(600));
      await room.configure({ mode: 'paused', ...STOPS }, T0 + seconds(30));
      expect(await ends(T0 + seconds(80))).toBe(T0 + seconds(650));
      await room.configure({ mode: 'paused', pauseStops: 'claim_windows' }, T0 + seconds(90));
      expect(await ends(T0 + seconds(100))).toBe(T0 + seconds(660));
    });

    it('keep the time that is left when the clock jumps meanwhile', async () => {
      const { store } = stores();
      const room = await makeRoom(store, STOPS);
      await admit(room, 'ann');
      await room.configure({ mode: 'paused' }, T0 + seconds(100));
      await room.view(T0 + seconds(200));
      await room.view(T0 + seconds(200.4));
      const back = T0 - seconds(3600);
      expect(await room.view(back)).toMatchObject({ inside: 1 });
      await room.configure({ mode: 'queue' }, back + seconds(30));
      const ends = back + seconds(530);
      expect(await store.line.admission(room.id, 'ann', back + seconds(30))).toMatchObject({ expiresAt: ends });
      expect(await room.view(ends)).toMatchObject({ inside: 0 });
    });

    it('leave what is measured since a moment as it was', async () => {
      const { store } = stores();
      const room = await makeRoom(store, { size: 1, lifetime: seconds(100), ...STOPS });
      const ann = await room.arrive('ann', { claim: true });
      await room.raise({ people: 1 });
      await room.claim(ann);
      await room.configure({ mode: 'paused' }, T0 + seconds(10));
      await room.view(T0 + seconds(1000));
      await room.configure({ mode: 'queue' }, T0 + seconds(1010));
      await room.view(T0 + seconds(1100));
      const ended = (from: number, to: number) =>
        store.line.endedTurns(room.id, { from: T0 + seconds(from), to: T0 + seconds(to), max: 10 }, T0 + seconds(1200));
      expect(await ended(1050, 1060)).toMatchObject({ numbers: [ann.number] });
      expect(await ended(1101, 1150)).toMatchObject({ numbers: [] });
      const before = await room.view(T0 + seconds(1200));
      expect(before.shifted - before.stopped).toBe(0);
    });

    it('stop admissions of a line that a reset replaced, if it comes back', async () => {
      const { store, second } = stores();
      const room = await makeRoom(store, { size: 5, ...STOPS });
      await admit(room, 'ann');
      const bob = await room.arrive('bob');
      await room.configure({ mode: 'queue' }, T0 + seconds(40));
      await room.raise({ numbers: 1 }, T0 + seconds(40));
      await room.configure({ mode: 'paused' }, T0 + seconds(60));
      await store.line.reset(room.id, { incarnation: 'next' }, T0 + seconds(100.3));
      await room.view(T0 + seconds(200));
      expect(await store.line.admission(room.id, 'ann', T0 + seconds(200))).toBeNull();
      const undone = await second.line.undoReset(
        room.id,
        { incarnation: 'next', isPreview: false },
        T0 + seconds(2000.6),
      );
      expect(undone).toMatchObject({ outcome: 'undone', inside: 1 });
      const at = T0 + seconds(2001);
      expect(await store.line.admission(room.id, 'ann', at)).toMatchObject({
        expiresAt: at + seconds(540),
        stopped: seconds(1941),
      });
      expect(await room.place(bob, at)).toMatchObject({ state: 'served', claimBy: at + seconds(100) });
      await room.configure({ mode: 'queue' }, at);
      expect(await room.view(at + seconds(540) - 1)).toMatchObject({ inside: 1 });
      expect(await room.view(at + seconds(540))).toMatchObject({ inside: 0 });
    });

    it('are taken into account where admissions are restored from a ledger', async () => {
      const { store } = stores();
      const room = await makeRoom(store, { size: 5, ...STOPS });
      await room.configure({ mode: 'paused' }, T0);
      await room.view(T0 + seconds(1000));
      const [ann, bob] = [
        { visitor: 'ann', number: 1, issuedAt: T0 - seconds(30), expiresAt: T0 + seconds(570) },
        { visitor: 'bob', number: 2, issuedAt: T0 - seconds(700), expiresAt: T0 - seconds(100) },
      ];
      const at = T0 + seconds(1000.5);
      await store.line.restoreAdmissions(room.id, { incarnation: '', generation: 1, admissions: [ann, bob] }, at);
      expect(await store.line.admission(room.id, 'ann', at)).toMatchObject({ expiresAt: at + seconds(570) });
      expect(await store.line.admission(room.id, 'bob', at)).toBeNull();
    });
  });
}
