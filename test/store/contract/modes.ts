import { describe, expect, it } from 'vitest';
import type { Ports } from './room-under-test.ts';
import { makeRoom, pick, seconds, T0 } from './room-under-test.ts';

export function describeModes(stores: Ports<'line'>): void {
  describe('modes', () => {
    it('serves every visitor at once in passthrough, whatever the size', async () => {
      const room = await makeRoom(stores().store, { mode: 'passthrough', size: 1 });
      const crowd = await room.crowd(3, { claim: true });
      expect(crowd.every((arrival) => arrival.admission)).toBe(true);
      expect(await room.counters()).toMatchObject({ queue: 3, serving: 3, active: 3 });
    });

    it('serves all waiting and returned visitors when the room is switched to passthrough', async () => {
      const room = await makeRoom(stores().store, { size: 1 });
      const crowd = await room.crowd(3);
      await room.raise({ people: 1 });
      const later = T0 + seconds(120);
      await room.rejoin(pick(crowd, 0), later);
      await room.configure({ mode: 'passthrough' }, later);
      for (const holder of crowd) expect((await room.place(holder, later)).state).toBe('served');
      expect(await room.view(later)).toMatchObject({ mode: 'passthrough', held: 3, counters: { waiting: 0 } });
    });

    it('serves a visitor who returns in passthrough at once', async () => {
      const room = await makeRoom(stores().store, { mode: 'passthrough' });
      const ann = await room.arrive('ann');
      const later = T0 + seconds(120);
      expect((await room.place(ann, later)).state).toBe('missed');
      expect(await room.rejoin(ann, later)).toEqual({ state: 'served', claimBy: later + seconds(120) });
    });

    it('puts no served visitor back in line in passthrough', async () => {
      const room = await makeRoom(stores().store, { mode: 'passthrough' });
      const ann = await room.arrive('ann');
      expect((await room.raise({ numbers: -1 })).raisedBy).toBe(0);
      expect((await room.place(ann)).state).toBe('served');
    });

    it('admits no newcomer after passthrough until the visitors inside fit again', async () => {
      const room = await makeRoom(stores().store, { mode: 'passthrough', size: 1 });
      await room.crowd(3, { claim: true });
      await room.configure({ mode: 'queue' });
      const late = await room.arrive('late', { claim: true });
      expect(late.admission).toBeNull();
      expect((await room.raise({ people: 1 })).raisedBy).toBe(0);
    });

    it('issues numbers and serves nobody while the room is paused, and withdraws the credits', async () => {
      const room = await makeRoom(stores().store);
      const ann = await room.arrive('ann');
      await room.raise({ numbers: 5 });
      await room.configure({ mode: 'paused' });
      const late = await room.arrive('late', { claim: true });
      expect(late).toMatchObject({ number: 2, admission: null });
      expect((await room.raise({ numbers: 5 })).raisedBy).toBe(0);
      expect((await room.raise({ people: 5 })).raisedBy).toBe(0);
      expect(await room.place(late)).toEqual({ state: 'waiting' });
      expect((await room.claim(ann)).state).toBe('admitted');
    });

    it('issues no numbers while the room is closed, and visitors inside stay', async () => {
      const { store } = stores();
      const room = await makeRoom(store);
      const [ann, bob] = await room.crowd(2).then((crowd) => [pick(crowd, 0), pick(crowd, 1)] as const);
      await room.raise({ numbers: 2 });
      await room.claim(ann);
      await room.configure({ mode: 'closed' });
      expect(await store.line.join(room.id, [{ visitor: 'late', claim: true }], T0)).toBeNull();
      expect((await room.place(ann)).state).toBe('admitted');
      expect(await room.claim(bob)).toEqual({ state: 'waiting' });
      expect(await room.counters()).toMatchObject({ queue: 2, active: 1 });
    });

    it('applies changed rules to later admissions, without touching the counters', async () => {
      const room = await makeRoom(stores().store);
      const [ann, bob] = await room.crowd(2).then((crowd) => [pick(crowd, 0), pick(crowd, 1)] as const);
      await room.raise({ numbers: 2 });
      await room.claim(ann);
      const before = await room.counters();
      await room.configure({ lifetime: seconds(5) });
      expect(await room.counters()).toEqual(before);
      expect(await room.place(ann)).toMatchObject({ admission: { expiresAt: T0 + seconds(600) } });
      expect(await room.claim(bob)).toMatchObject({ admission: { expiresAt: T0 + seconds(5) } });
    });

    it('withdraws credits when the size is lowered', async () => {
      const room = await makeRoom(stores().store, { size: 10 });
      await room.raise({ people: 10 });
      expect((await room.counters()).serving).toBe(10);
      await room.configure({ size: 4 });
      expect((await room.counters()).serving).toBe(4);
    });
  });
}
