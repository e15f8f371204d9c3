import { expect, test } from 'vitest';
import { room } from '#settings/room.ts';
import { onEachStore } from '#support/on-each-store.ts';
import { ADMIN_TOKEN } from '#support/service.ts';

onEachStore(
  'visitors and preflight',
  { rooms: [{ id: 'sale', inlet: { strategy: 'manual', size: 1 } }] },
  (service) => {
    const get = async (path: string, token = ADMIN_TOKEN) => {
      const answer = await fetch(`${service.listensOn}/admin/v1/rooms/${path}`, {
        headers: { Authorization: `Bearer ${token}` },
      });
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
    };
    async function arrive(visitor: string) {
      const { visitors, flush } = service.waitingRoom;
      const { ticket } = await visitors.arrive('sale', { visitor, ticket: null });
      await visitors.facts(ticket);
      await flush();
      return ticket;
    }

    test('a number is said to wait, to have its turn, and its visitor to be inside', async () => {
      const { operations, visitors } = service.waitingRoom;
      const ann = await arrive('ann');
      await arrive('ben');
      service.waitingRoom.snapshots.expire('sale');
      const waiting = (await get('sale/visitors/2')).body;
      expect(waiting).toMatchObject({ room: 'sale', number: 2, state: 'waiting', people_ahead: 1 });
      expect(waiting.words).toMatch(/^Number 2 is in line. 1 person is ahead/);
      await operations.raise('sale', 1);
      service.waitingRoom.snapshots.expire('sale');
      expect((await get('sale/visitors/1')).body).toMatchObject({ state: 'served', people_ahead: 0 });
      await visitors.claim(ann);
      service.waitingRoom.snapshots.expire('sale');
      expect((await get('sale/visitors/ann')).body).toMatchObject({ number: 1, state: 'inside' });
      expect((await get('sale/visitors/1')).body).toMatchObject({ state: 'over' });
      // The look-up of a number changes nothing for its visitor.
      expect(await visitors.facts(ann)).toMatchObject({ state: 'served' });
      expect((await get('sale/visitors/99')).body).toMatchObject({ number: 99, state: 'unknown' });
      expect((await get('sale/visitors/ben')).body).toMatchObject({ number: null, state: 'unknown' });
    });

    test('a number is looked up in all lanes of a room, or in the one that is named', async () => {
      const { operations, visitors, flush, snapshots } = service.waitingRoom;
      await operations.putRoom(room.parse({ id: 'lanes', inlet: { strategy: 'manual' }, lanes: { members: 0.3 } }));
      for (const [visitor, lane] of [['kim', 'members'], ['lee', 'members'], ['max']] as const) {
        const { ticket } = await visitors.arrive('lanes', { visitor, ticket: null, ...(lane ? { lane } : {}) });
        await visitors.facts(ticket);
      }
      await flush();
      snapshots.expire('lanes');
      const both = (await get('lanes/visitors/1')).body;
      expect(both).toMatchObject({ lane: 'default', number: 1, state: 'waiting' });
      expect(both.words).toMatch(/^Lane default: Number 1 is in line.* Lane members: Number 1 is in line/);
      const one = (await get('lanes/visitors/2')).body;
      expect(one).toMatchObject({ lane: 'members', number: 2, state: 'waiting', people_ahead: 1 });
      expect((await get('lanes/visitors/1?lane=members')).body).toMatchObject({ lane: 'members', state: 'waiting' });
      expect((await get('lanes/visitors/2?lane=default')).body).toMatchObject({ lane: 'default', state: 'unknown' });
      expect((await get('lanes/visitors/3')).body).toMatchObject({ state: 'unknown' });
      expect((await get('lanes/visitors/1?lane=nobody')).status).toBe(400);
      expect((await get('sale/visitors/1')).body).toMatchObject({ lane: null });
    });

    test('an unknown room is 404, and a wrong token 401', async () => {
      expect((await get('nowhere/visitors/1')).status).toBe(404);
      expect((await get('sale/visitors/1', 'wrong')).status).toBe(401);
      expect((await get('nowhere/preflight')).status).toBe(404);
    });

    test('preflight names what keeps visitors out, and passes the rest', async () => {
      const { status, body } = await get('sale/preflight');
      expect(status).toBe(200);
      expect(body.result).toBe('warn');
      const results = (body.checks as { check: string; result: string }[]).map(({ check, result }) => [check, result]);
      expect(results).toEqual([
        ['issuer', 'pass'],
        ['relying_parties', 'pass'],
        ['redirect_uris', 'pass'],
        ['return_urls', 'warn'],
        ['room', 'warn'],
        ['keys', 'pass'],
        ['store', 'pass'],
        ['persistence', expect.stringMatching(/^(pass|warn)$/)],
        ['webhook', 'pass'],
        ['clocks', 'pass'],
      ]);
    });
  },
);
