import { expect, test } from 'vitest';
import { onEachStore } from '#support/on-each-store.ts';
import { ADMIN_TOKEN } from '#support/service.ts';
import type { Ticket } from '#waiting-room/ticket.ts';

const SECOND = 1000;

onEachStore(
  'after an outage',
  { rooms: [{ id: 'sale', inlet: { strategy: 'manual', size: 2 }, presence: { timeout: '1h' } }] },
  (service) => {
    async function post(path: string, body: object) {
      const answer = await fetch(`${service.listensOn}/admin/v1/rooms/${path}`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${ADMIN_TOKEN}`, 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      });
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
    }

    test('those whose turn or admission it took come first, once, and the audit log says so', async () => {
      const { operations, visitors, snapshots, flush } = service.waitingRoom;
      const tickets: Ticket[] = [];
      for (const visitor of ['ann', 'ben', 'cem', 'dee', 'eve']) {
        tickets.push((await visitors.arrive('sale', { visitor, ticket: null })).ticket);
      }
      const look = async () => {
        snapshots.expire('sale');
        const states = [];
        for (const ticket of tickets) states.push((await visitors.facts(ticket)).state);
        await flush();
        return states;
      };
      await look();
      await operations.raisePeople('sale', 2);
      await visitors.claim(tickets[1] as Ticket);
      const from = new Date(service.time.now()).toISOString();
      service.time.pass(700 * SECOND);
      const to = new Date(service.time.now()).toISOString();
      expect(await look()).toEqual(['expired', 'expired', 'waiting', 'waiting', 'waiting']);

      expect(await post('sale/restore', { from, to })).toMatchObject({
        status: 200,
        body: { restored: 2, waiting: 5, active: 0 },
      });
      expect((await post('sale/restore', { from, to })).body).toMatchObject({ restored: 0, waiting: 5 });
      expect(await look()).toEqual(['waiting', 'waiting', 'waiting', 'waiting', 'waiting']);
      await operations.raisePeople('sale', 3);
      expect(await look()).toEqual(['served', 'served', 'waiting', 'waiting', 'waiting']);
      expect(await visitors.claim(tickets[1] as Ticket)).toMatchObject({ state: 'admitted' });

      const entries = await service.store.audit.newest({ max: 50 });
      const restorations = entries
        .map(({ entry }) => JSON.parse(entry))
        .filter(({ action }) => action === 'turns.restored');
      expect(restorations.map(({ detail }) => detail)).toEqual([
        { from, to, restored: 0 },
        { from, to, restored: 2 },
      ]);
    });

    test('a span that ends in the future ends with the request', async () => {
      const from = new Date(service.time.now()).toISOString();
      const later = new Date(service.time.now() + 3600 * SECOND).toISOString();
      expect(await post('sale/restore', { from, to: later })).toMatchObject({
        status: 200,
        body: { restored: 0, skipped: 0 },
      });
      const [newest] = await service.store.audit.newest({ max: 1 });
      const { to } = JSON.parse(newest?.entry ?? '').detail;
      expect(Date.parse(to)).toBeLessThan(Date.parse(later) - 1000 * SECOND);
      expect((await post('sale/restore', { from: later })).status).toBe(400);
    });

    test('a span that ends before it begins is refused, and an unknown room is 404', async () => {
      const from = '2026-11-24T10:00:00Z';
      expect(await post('sale/restore', { from, to: '2026-11-24T09:00:00Z' })).toMatchObject({
        status: 400,
        body: { code: 'invalid_request' },
      });
      expect((await post('sale/restore', {})).status).toBe(400);
      expect((await post('nowhere/restore', { from })).status).toBe(404);
    });
  },
);
