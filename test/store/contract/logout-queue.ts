import { describe, expect, it } from 'vitest';
import type { Login } from '#waiting-room/ports/logout-queue.ts';
import { LOGOUT_KEPT } from '#waiting-room/ports/logout-queue.ts';
import type { Ports } from './room-under-test.ts';
import { freshId, seconds, T0 } from './room-under-test.ts';

const HELD = T0 + seconds(30);

export function describeLogoutQueue(stores: Ports<'logoutQueue'>): void {
  describe('logins whose end has to be notified', () => {
    const login = (visitor: string, room = 'sale', sid: string | null = `sid-${visitor}`): Login => ({
      room,
      visitor,
      sid,
    });
    const take = (client: string, now: number, { max = 10, heldUntil = now + seconds(30) } = {}) =>
      stores().second.logoutQueue.take(client, max, now, heldUntil);
    const names = async (client: string, now: number, options = {}) =>
      (await take(client, now, options)).map(({ visitor }) => visitor);

    /** A client whose logins are due at T0 + 1 s, T0 + 2 s, … in the order of their names. */
    async function clientWith(...visitors: string[]): Promise<string> {
      const client = freshId('client');
      for (const [index, visitor] of visitors.entries()) {
        await stores().store.logoutQueue.expect(client, login(visitor), T0 + seconds(index + 1), T0);
      }
      return client;
    }

    it('are taken when they are due, the longest first, with their data', async () => {
      const client = await clientWith('a', 'b', 'c');
      await stores().store.logoutQueue.expect(client, login('d', 'other', null), T0, T0);
      expect(await names(client, T0 - 1)).toEqual([]);
      expect(await take(client, T0 + seconds(2), { heldUntil: HELD })).toEqual([
        { room: 'other', visitor: 'd', sid: null, since: T0 + seconds(2), heldUntil: HELD },
        { room: 'sale', visitor: 'a', sid: 'sid-a', since: T0 + seconds(2), heldUntil: HELD },
        { room: 'sale', visitor: 'b', sid: 'sid-b', since: T0 + seconds(2), heldUntil: HELD },
      ]);
    });

    it('are taken by one process, a batch at a time, and by another if it does not settle them', async () => {
      const client = await clientWith('a', 'b', 'c');
      const now = T0 + seconds(10);
      const taken = await Promise.all([names(client, now, { max: 2 }), names(client, now, { max: 2 })]);
      expect(taken.flat().sort()).toEqual(['a', 'b', 'c']);
      expect(await names(client, now + seconds(29))).toEqual([]);
      const again = await take(client, now + seconds(30));
      expect(again.map(({ visitor, since }) => [visitor, since]).sort()).toEqual([
        ['a', now],
        ['b', now],
        ['c', now],
      ]);
    });

    it('are removed when they are settled, and due again when they were postponed', async () => {
      const { logoutQueue: logouts } = stores().store;
      const client = await clientWith('a', 'b');
      const [first, second] = await take(client, T0 + seconds(5));
      if (!first || !second) throw new Error('nothing was due');
      await logouts.settle(client, first);
      await logouts.postpone(client, second, T0 + seconds(10));
      expect(await names(client, T0 + seconds(9))).toEqual([]);
      const [again] = await take(client, T0 + seconds(60));
      expect(again).toMatchObject({ visitor: 'b', since: T0 + seconds(5) });
      expect(await names(client, T0 + seconds(1000))).toEqual(['b']);
    });

    it('continue as if they had not been due if they were prolonged, unless their visitors left', async () => {
      const { logoutQueue: logouts } = stores().store;
      const client = await clientWith('a', 'b', 'c');
      const [a, b, c] = await take(client, T0 + seconds(5));
      if (!a || !b || !c) throw new Error('too few were due');
      await logouts.hasten(client, 'sale', ['b'], T0 + seconds(6));
      await logouts.expect(client, login('c', 'sale', 'newer'), T0 + seconds(50), T0);
      for (const each of [a, b, c]) await logouts.prolong(client, each, T0 + seconds(100), T0);
      expect(await names(client, T0 + seconds(7), { heldUntil: T0 + seconds(500) })).toEqual(['b']);
      expect(await take(client, T0 + seconds(100), { heldUntil: T0 + seconds(500) })).toMatchObject([
        { visitor: 'c', sid: 'newer' },
        { visitor: 'a', since: T0 + seconds(100) },
      ]);
    });

    it('are dropped when no process took them for a day, and only those', async () => {
      const client = await clientWith('a', 'b');
      expect(await names(client, T0 + seconds(1) + LOGOUT_KEPT + 1)).toEqual(['b']);
      expect(await names(client, T0 + seconds(100))).toEqual([]);
    });

    it('are of the newest login: settling an earlier one changes nothing', async () => {
      const { logoutQueue: logouts } = stores().store;
      const client = await clientWith('a');
      const [old] = await take(client, T0 + seconds(5));
      if (!old) throw new Error('nothing was due');
      await logouts.expect(client, login('a', 'sale', 'new'), T0 + seconds(100), T0);
      await logouts.settle(client, old);
      await logouts.postpone(client, old, T0 + seconds(6));
      expect(await names(client, T0 + seconds(99))).toEqual([]);
      expect(await take(client, T0 + seconds(100))).toMatchObject([{ sid: 'new', since: T0 + seconds(100) }]);
    });

    it('are due earlier when their visitors left, never later, and only if they are in the queue', async () => {
      const { logoutQueue: logouts } = stores().store;
      const client = await clientWith('a', 'b', 'c');
      await logouts.expect(client, login('c', 'other'), T0 + seconds(3), T0);
      await logouts.hasten(client, 'sale', ['c', 'a', 'nobody'], T0 + seconds(2));
      expect(await names(client, T0 + seconds(1))).toEqual(['a']);
      expect(await take(client, T0 + seconds(2))).toMatchObject([
        { visitor: 'b', room: 'sale' },
        { visitor: 'c', room: 'sale' },
      ]);
      await logouts.hasten(client, 'sale', [], T0);
      expect(await names(client, T0 + seconds(3))).toEqual(['c']);
    });

    it('are due at once, all of a room, and none of a room whose name begins like it', async () => {
      const { logoutQueue: logouts } = stores().store;
      const client = freshId('client');
      const crowd = Array.from({ length: 2500 }, (_, n) => `v${n}`);
      await Promise.all(crowd.map((visitor) => logouts.expect(client, login(visitor), T0 + seconds(600), T0)));
      await logouts.expect(client, login('apart', 'sale-2'), T0 + seconds(600), T0);
      await logouts.hastenRoom(client, 'sale', T0);
      expect((await names(client, T0, { max: 5000 })).sort()).toEqual([...crowd].sort());
    });

    it('belong to one relying party each, and are dropped with it', async () => {
      const { logoutQueue: logouts } = stores().store;
      const [one, other] = [await clientWith('a', 'b'), await clientWith('a')];
      await logouts.forget(one);
      expect(await names(one, T0 + seconds(1000))).toEqual([]);
      expect(await names(other, T0 + seconds(1000))).toEqual(['a']);
    });
  });
}
