import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { room as roomSettings } from '#settings/room.ts';
import { serviceOn } from '#support/on-each-store.ts';
import { embeddedStore } from '#support/stores.ts';
import { join, resume } from '../../assets/client.js';
import { SALE } from './room.ts';

/** A fetch that gives these answers first. `asked` has the times of its calls. */
function failing(first: readonly (() => Promise<Response>)[]) {
  const asked: number[] = [];
  const counted: typeof fetch = (...given) => {
    const answer = first[asked.length];
    asked.push(Date.now());
    return answer ? answer() : fetch(...given);
  };
  return { asked, fetch: counted };
}

const unreachable = () => Promise.reject(new TypeError('fetch failed'));
const busy = (after: string) => () =>
  Promise.resolve(new Response('{"code":"store_unavailable"}', { status: 503, headers: { 'Retry-After': after } }));

describe('client.js in trouble', () => {
  const service = serviceOn(embeddedStore, { rooms: [SALE] });
  let room: string;

  beforeAll(() => {
    room = `${service.issuer}/rooms/sale`;
  });
  beforeEach(async () => {
    await operations().putRoom(roomSettings.parse(SALE));
    await operations().reset('sale');
  });

  const operations = () => service.waitingRoom.operations;

  test('tries again if nothing answers, and waits as long as Retry-After says', async () => {
    const trouble = failing([unreachable, busy('1')]);
    const visit = await join(room, { fetch: trouble.fetch });
    expect(visit.ticket).toMatch(/./);
    const [first = 0, second = 0, third = 0] = trouble.asked;
    expect(second - first).toBeGreaterThanOrEqual(790);
    expect(third - second).toBeGreaterThanOrEqual(990);
  });

  test('reports that Anteroom cannot be reached and when it can again, and yields nothing meanwhile', async () => {
    const { ticket } = await join(room);
    const contact: boolean[] = [];
    const trouble = failing([unreachable, unreachable]);
    const visit = resume(room, ticket, { fetch: trouble.fetch, onContact: (reachable) => contact.push(reachable) });
    expect((await visit.facts().next()).value).toMatchObject({ number: 1 });
    expect(contact).toEqual([false, true]);
  });

  test('does not try again after a refusal', async () => {
    await operations().putRoom(roomSettings.parse({ ...SALE, mode: 'closed' }));
    const counted = failing([]);
    await expect(join(room, { fetch: counted.fetch })).rejects.toMatchObject({ code: 'room_closed' });
    expect(counted.asked).toHaveLength(1);
  });
});
