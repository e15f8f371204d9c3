import { describe, expect, it } from 'vitest';
import type { LineStore } from '#waiting-room/ports/line.ts';
import type { Ports } from './room-under-test.ts';
import { makeRoom, T0 } from './room-under-test.ts';

export function describeRepeats(stores: Ports<'line'>): void {
  describe('a request that comes again', () => {
    const raise = (line: LineStore, id: string, request: string, numbers = 10) =>
      line.raise(id, { numbers, request }, T0);

    it('raises once, also at another process, and answers what it did', async () => {
      const { store, second } = stores();
      const room = await makeRoom(store);
      const first = await raise(store.line, room.id, 'a');
      expect(first).toMatchObject({ raisedBy: 10, serving: 10, applied: true });
      await raise(store.line, room.id, 'b', 5);
      expect(await raise(second.line, room.id, 'a')).toMatchObject({ raisedBy: 10, serving: 10, applied: true });
      expect((await room.counters()).serving).toBe(15);
    });

    it('raises once of many at the same moment', async () => {
      const { store, second } = stores();
      const room = await makeRoom(store);
      await Promise.all(Array.from({ length: 20 }, (_, n) => raise((n % 2 ? store : second).line, room.id, 'a')));
      expect((await room.counters()).serving).toBe(10);
    });

    it('lowers the counter once, and raises nothing later that it could not raise at first', async () => {
      const { store } = stores();
      const room = await makeRoom(store);
      await raise(store.line, room.id, 'a');
      for (const _ of [1, 2]) expect(await raise(store.line, room.id, 'b', -3)).toMatchObject({ raisedBy: -3 });
      await room.configure({ mode: 'paused' });
      expect(await raise(store.line, room.id, 'c')).toMatchObject({ raisedBy: 0 });
      await room.configure({ mode: 'queue' });
      expect(await raise(store.line, room.id, 'c')).toMatchObject({ raisedBy: 0 });
    });

    it('has its effect each time without a name', async () => {
      const room = await makeRoom(stores().store);
      for (const _ of [1, 2]) await room.raise({ numbers: 10 });
      expect((await room.counters()).serving).toBe(20);
    });

    it('is remembered for the sixteen latest of a line, and no longer than the line', async () => {
      const { store } = stores();
      const room = await makeRoom(store);
      for (let n = 0; n < 17; n++) await raise(store.line, room.id, `${n}`, 1);
      await raise(store.line, room.id, '1', 1);
      expect((await room.counters()).serving).toBe(17);
      await raise(store.line, room.id, '0', 1);
      expect((await room.counters()).serving).toBe(18);
      await store.line.reset(room.id, { incarnation: 'another' }, T0);
      await raise(store.line, room.id, '16', 1);
      expect((await room.counters()).serving).toBe(1);
    });

    it('frees the places of unnamed visitors once', async () => {
      const room = await makeRoom(stores().store, { size: 3 });
      await room.raise({ people: 3 });
      await room.crowd(3, { claim: true });
      for (const _ of [1, 2]) await room.exits({ exited: 1, request: 'a' });
      expect((await room.raise({ people: 3 })).raisedBy).toBe(1);
      await room.exits({ exited: 1 });
      expect((await room.raise({ people: 3 })).raisedBy).toBe(1);
    });
  });
}
