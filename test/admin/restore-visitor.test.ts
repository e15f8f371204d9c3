import { beforeEach, describe, expect, test } from 'vitest';
import { serviceOn } from '#support/on-each-store.ts';
import { ADMIN_TOKEN } from '#support/service.ts';
import { STORES } from '#support/stores.ts';
import type { Ticket } from '#waiting-room/ticket.ts';

const SECOND = 1000;

const SETTINGS = {
  rooms: [
    { id: 'sale', inlet: { strategy: 'manual', size: 1 }, presence: { timeout: '1h' }, lanes: { members: 0.2 } },
    { id: 'other', inlet: { strategy: 'manual' } },
  ],
};

describe.each(STORES)('a visitor at the support desk, on %s', (_name, open) => {
  const service = serviceOn(open, SETTINGS, 'test');

  async function restore(visitor: string, body: object = {}, room = 'sale') {
    const url = `${service.listensOn}/admin/v1/rooms/${room}/visitors/${visitor}/restore`;
    const answer = await fetch(url, {
      method: 'POST',
      headers: { Authorization: `Bearer ${ADMIN_TOKEN}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  }
  async function arrive(visitor: string): Promise<Ticket> {
    const { visitors, flush } = service.waitingRoom;
    const { ticket } = await visitors.arrive('sale', { visitor, ticket: null });
    await visitors.facts(ticket);
    await flush();
    return ticket;
  }
  const factsOf = async (ticket: Ticket) => {
    service.waitingRoom.snapshots.expire('sale');
    return await service.waitingRoom.visitors.facts(ticket);
  };
  const codeOf = async (ticket: Ticket) => String((await factsOf(ticket)).support_code);
  const wrongFor = (code: string) => `${code.slice(1)}${code.startsWith('2') ? '3' : '2'}`;
  const audited = async () => {
    const entries = await service.store.audit.newest({ max: 100 });
    return entries
      .map(({ entry, count }) => ({ ...JSON.parse(entry), count }))
      .filter(({ action }) => action.startsWith('visitor.'));
  };

  const subjects = async () => (await audited()).map(({ action, subject, count }) => [action, subject, count]);

  let ann: Ticket;
  let ben: Ticket;
  beforeEach(async () => {
    // Ann missed her turn, and Ben waits.
    ann = await arrive('ann');
    ben = await arrive('ben');
    await service.waitingRoom.operations.raise('sale', 1);
    service.time.pass(700 * SECOND);
    expect(await factsOf(ann)).toMatchObject({ state: 'expired' });
  });

  test('comes back to the front with number and code, which the facts and the audit log have', async () => {
    const code = await codeOf(ann);
    expect(code).toMatch(/^[2-9A-HJKMNP-TV-Z]{4}$/);
    expect(await restore('1', { code: code.toLowerCase() })).toMatchObject({
      status: 200,
      body: { room: 'sale', number: 1, state: 'returned', people_ahead: 0 },
    });
    expect(await factsOf(ann)).toMatchObject({ state: 'waiting', number: 1, support_code: code });
    await service.waitingRoom.operations.raisePeople('sale', 1);
    expect((await factsOf(ann)).state).toBe('served');
    expect((await factsOf(ben)).state).toBe('waiting');
    await expect.poll(audited).toMatchObject([{ action: 'visitor.restored', subject: 'sale', detail: { number: 1 } }]);
  });

  test('comes back with the code in the path, once', async () => {
    const code = await codeOf(ann);
    expect(await restore(`1-${code}`)).toMatchObject({ status: 200, body: { state: 'returned' } });
    expect(await restore(`1-${code}`)).toMatchObject({ status: 409, body: { code: 'visitor_has_place' } });
  });

  test('stays where they are while they wait or are inside', async () => {
    expect(await restore('2', { code: await codeOf(ben) })).toMatchObject({
      status: 409,
      body: { code: 'visitor_has_place' },
    });
    await service.waitingRoom.operations.raise('sale', 1);
    expect(await service.waitingRoom.visitors.claim(ben)).toMatchObject({ state: 'admitted' });
    expect(await restore('ben')).toMatchObject({ status: 409, body: { code: 'visitor_has_place' } });
    expect(await restore('nobody')).toMatchObject({ status: 404, body: { code: 'visitor_not_found' } });
  });

  test('is refused with the code of another number, room or generation, and audited', async () => {
    const code = await codeOf(ann);
    for (const [visitor, body, room] of [
      ['1', { code: await codeOf(ben) }, 'sale'],
      ['1', { code: wrongFor(code) }, 'sale'],
      ['1', { code }, 'other'],
    ] as const) {
      expect(await restore(visitor, body, room)).toMatchObject({ status: 404, body: { code: 'visitor_not_found' } });
    }
    expect((await factsOf(ann)).state).toBe('expired');
    await service.waitingRoom.operations.reset('sale');
    service.waitingRoom.snapshots.expire('sale');
    expect((await restore('1', { code })).status).toBe(404);
    await expect.poll(subjects).toEqual([
      ['visitor.restore_refused', 'sale', 3],
      ['visitor.restore_refused', 'other', 1],
    ]);
    expect(await restore('1')).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect((await restore('1', { code }, 'nowhere')).status).toBe(404);
  });

  test('cannot be guessed: after ten wrong codes even the right one has to wait', async () => {
    const code = await codeOf(ann);
    const statuses = [];
    for (let n = 0; n < 12; n++) statuses.push((await restore('1', { code: wrongFor(code) })).status);
    expect(statuses).toEqual([...Array(10).fill(404), 429, 429]);
    expect(await restore('1', { code })).toMatchObject({ status: 429, body: { code: 'too_many_attempts' } });
    // The limit is one of codes: the token is as good as before.
    expect((await restore('nobody')).status).toBe(404);
    await expect.poll(subjects).toEqual([['visitor.restore_refused', 'sale', 10]]);
  });
});
