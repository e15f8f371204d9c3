import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AdminServer } from '#support/admin.ts';
import { startAdmin } from '#support/admin.ts';
import { joinAndLoad } from '#support/join-and-load.ts';
import { NO_COUNTERS } from '#support/line-view.ts';

let admin: AdminServer;
beforeEach(async () => {
  admin = await startAdmin();
  await admin.as('put', '/rooms/sale').send({});
});
afterEach(() => admin.close());

const raise = (by: unknown) => admin.as('post', '/rooms/sale/serving-counter').send({ increment_by: by });

/** Visitors who join and, when it is their turn, go in. */
const join = (...visitors: string[]) => joinAndLoad(admin.store.line, 'sale', visitors, Date.now());

test('a new room has all counters at 0', () => admin.as('get', '/rooms/sale/counters').expect(200, NO_COUNTERS));

describe('POST /rooms/{room}/serving-counter', () => {
  test('raises the counter, answers by how much, and never lowers it below 0', async () => {
    await raise(5).expect(200, { ...NO_COUNTERS, serving: 5, raised_by: 5 });
    await raise(-2).expect(200, { ...NO_COUNTERS, serving: 3, raised_by: -2 });
    await raise(-100).expect(200, { ...NO_COUNTERS, serving: 0, raised_by: -3 });
  });

  test('raises as far as the size allows', async () => {
    await admin.as('patch', '/rooms/sale').send({ inlet: { size: 3 } });
    await raise(100).expect(200, { ...NO_COUNTERS, serving: 3, raised_by: 3 });
  });

  test('serves as many present people as asked', async () => {
    await join('ann', 'bob', 'cid');
    const people = (count: unknown) => admin.as('post', '/rooms/sale/serving-counter').send({ people: count });
    expect((await people(2).expect(200)).body).toMatchObject({ serving: 2, raised_by: 2, waiting: 1 });
    expect((await people(-1).expect(400)).body.errors).toMatchObject([{ field: 'people' }]);
  });

  test('refuses a raise that names both people and numbers, or neither', async () => {
    for (const body of [{}, { people: 1, increment_by: 1 }]) {
      const refused = await admin.as('post', '/rooms/sale/serving-counter').send(body).expect(400);
      expect(refused.body.errors).toMatchObject([
        { message: expect.stringContaining('either people or increment_by') },
      ]);
    }
  });

  test.each([1.5, '5', null, 1e12, true])('refuses %j', async (by) => {
    const refused = await raise(by).expect(400);
    expect(refused.body.errors).toMatchObject([{ field: 'increment_by' }]);
  });

  test('of a room that does not exist is 404', async () => {
    const missing = await admin.as('post', '/rooms/none/serving-counter').send({ increment_by: 1 }).expect(404);
    expect(missing.body).toMatchObject({ code: 'room_not_found', detail: 'There is no room "none".' });
  });
});

describe('POST /rooms/{room}/exits', () => {
  test('logs once a room that exits without names need an Idempotency-Key', async () => {
    const exits = (body: object) => admin.as('post', '/rooms/sale/exits').send(body);
    await exits({ exited: 1 }).set('Idempotency-Key', '7f3a').expect(200);
    await exits({ completed: ['ann'] }).expect(200);
    expect(admin.warnings).toEqual([]);
    await exits({ exited: 1 }).expect(200);
    await exits({ exited: 1 }).expect(200);
    expect(admin.warnings).toEqual([[{ room: 'sale' }, expect.stringContaining('Idempotency-Key')]]);
  });

  test('counts each exit once, and answers how many visitors were unknown', async () => {
    await raise(2);
    await join('ann', 'ben');
    const told = { completed: ['ann'], abandoned: ['ben', 'nobody'] };
    const first = await admin.as('post', '/rooms/sale/exits').send(told).expect(200);
    expect(first.body).toMatchObject({ active: 0, completed: 1, abandoned: 1, unknown: 1 });
    const second = await admin.as('post', '/rooms/sale/exits').send(told).expect(200);
    expect(second.body).toMatchObject({ active: 0, completed: 1, abandoned: 1, unknown: 3 });
  });

  test('emits admission.ended once for each visitor who was inside, even if others are unknown', async () => {
    await raise(3);
    await join('ann', 'ben', 'cat');
    await admin.as('post', '/rooms/sale/exits').send({ completed: ['ann', 'nobody'], abandoned: ['ben', 'ann'] });
    await admin.as('post', '/rooms/sale/exits').send({ completed: ['ann', 'ben'], abandoned: [] });
    const told = admin.told.filter(({ type }) => type === 'admission.ended');
    expect(told).toMatchObject([
      { room: 'sale', sub: 'ann', reason: 'completed' },
      { room: 'sale', sub: 'ben', reason: 'abandoned' },
    ]);
    expect(told).toHaveLength(2);
  });

  test('accepts a number of unnamed exits, which frees places', async () => {
    await admin.as('patch', '/rooms/sale').send({ inlet: { size: 1 } });
    await raise(1);
    await join('ann', 'ben');
    expect((await raise(1)).body).toMatchObject({ active: 1, raised_by: 0 });
    const told = await admin.as('post', '/rooms/sale/exits').send({ exited: 1 }).expect(200);
    expect(told.body).toMatchObject({ unknown: 0 });
    expect((await raise(1)).body).toMatchObject({ raised_by: 1 });
  });

  test.each([{ exited: -1 }, { completed: 'ann' }, { abandoned: [''] }, { gone: 1 }])('refuses %j', async (body) => {
    await admin.as('post', '/rooms/sale/exits').send(body).expect(400);
  });
});

test('POST /rooms/{room}/reset starts the line again', async () => {
  await raise(2);
  await join('ann', 'ben', 'cat');
  await admin.as('post', '/rooms/sale/reset').expect(200, NO_COUNTERS);
  await admin.as('get', '/rooms/sale/counters').expect(200, NO_COUNTERS);
});
