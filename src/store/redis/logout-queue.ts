import type { EndedLogin, Login, LogoutQueue } from '#waiting-room/ports/logout-queue.ts';
import { LOGOUT_KEPT } from '#waiting-room/ports/logout-queue.ts';
import type { RoomId } from '#waiting-room/room.ts';
import type { VisitorId } from '#waiting-room/visitor.ts';
import type { RedisClient } from './client.ts';
import { keyScripts } from './key-scripts.ts';
import { logoutKeys } from './keys.ts';
import type { Run } from './script.ts';
import { answered } from './unavailable.ts';

/** How many go in one command. */
const CHUNK = 1000;

/** Logins whose end must be notified: a sorted set and a hash for each relying party. */
export function createLogoutQueue(client: RedisClient, run: Run): LogoutQueue {
  /** Only what is there, and only to an earlier time. */
  async function hastenAll(clientId: string, logins: readonly string[], at: number): Promise<void> {
    const [due] = logoutKeys(clientId);
    for (let from = 0; from < logins.length; from += CHUNK) {
      const chunk = logins.slice(from, from + CHUNK).flatMap((login) => [at, login]);
      await answered(client.zadd(due, 'XX', 'LT', ...chunk));
    }
  }

  const expect = (clientId: string, { room, visitor, sid }: Login, at: number, now: number, ...heldUntil: number[]) => {
    const keep = Math.max(0, at - now) + LOGOUT_KEPT;
    const name = nameOf(room, visitor);
    return run(keyScripts.expectLogout, logoutKeys(clientId), name, at, sid ?? '', keep, now, ...heldUntil);
  };

  return {
    expect: (clientId, login, at, now) => expect(clientId, login, at, now),
    prolong: (clientId, login, at, now) => expect(clientId, login, at, now, login.heldUntil),
    hasten: (clientId, room, visitors, at) =>
      hastenAll(
        clientId,
        visitors.map((visitor) => nameOf(room, visitor)),
        at,
      ),
    async hastenRoom(clientId, room, at) {
      const [due] = logoutKeys(clientId);
      let cursor = '0';
      do {
        const [next, found] = await answered(client.zscan(due, cursor, 'MATCH', nameOf(room, '*'), 'COUNT', CHUNK));
        const logins = found.filter((_, index) => index % 2 === 0);
        await hastenAll(clientId, logins, at);
        cursor = next;
      } while (cursor !== '0');
    },
    async take(clientId, max, now, heldUntil) {
      const taken = await run(keyScripts.takeLogouts, logoutKeys(clientId), max, now, heldUntil, now - LOGOUT_KEPT);
      const ended: EndedLogin[] = [];
      for (let at = 0; at < taken.length; at += 3) {
        const [login = '', since = '', sid = ''] = taken.slice(at, at + 3);
        const [room = '', visitor = ''] = login.split(' ');
        ended.push({ room, visitor, sid: sid || null, since: Number(since), heldUntil });
      }
      return ended;
    },
    postpone: (clientId, { room, visitor, heldUntil }, at) =>
      run(keyScripts.moveLogout, logoutKeys(clientId), nameOf(room, visitor), heldUntil, at),
    settle: (clientId, { room, visitor, heldUntil }) =>
      run(keyScripts.moveLogout, logoutKeys(clientId), nameOf(room, visitor), heldUntil, ''),
    async forget(clientId) {
      await answered(client.del(...logoutKeys(clientId)));
    },
  };
}

/** Neither has a blank. */
const nameOf = (room: RoomId, visitor: VisitorId | '*') => `${room} ${visitor}`;
