import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AdminServer } from '#support/admin.ts';
import { startAdmin } from '#support/admin.ts';

let admin: AdminServer;
beforeEach(async () => {
  admin = await startAdmin();
  await admin.as('put', '/rooms/sale').send({});
});
afterEach(() => admin.close());

const view = () => admin.store.line.view('sale', Date.now());

describe('POST /rooms/{room}/alarm', () => {
  test('turns the breaker on and off, and answers the counters', async () => {
    const counters = (await admin.as('get', '/rooms/sale/counters')).body;
    await admin.as('post', '/rooms/sale/alarm').send({ state: 'ALARM' }).expect(200, counters);
    expect((await view()).alarm).toBe(true);
    await admin.as('post', '/rooms/sale/alarm').send({ state: 'ALARM' }).expect(200, counters);
    await admin.as('post', '/rooms/sale/alarm').send({ state: 'OK' }).expect(200, counters);
    expect((await view()).alarm).toBe(false);
  });

  test('does not prevent an operator from raising the counter', async () => {
    await admin.as('post', '/rooms/sale/alarm').send({ state: 'ALARM' });
    const raised = await admin.as('post', '/rooms/sale/serving-counter').send({ increment_by: 2 }).expect(200);
    expect(raised.body).toMatchObject({ serving: 2, raised_by: 2 });
  });

  test.each([{}, { state: 'alarm' }, { state: true }, { state: 'OK', why: 'x' }])('refuses %j', async (body) => {
    const refused = await admin.as('post', '/rooms/sale/alarm').send(body).expect(400);
    expect(refused.body.code).toBe('invalid_request');
    expect((await view()).alarm).toBe(false);
  });
});

describe('POST /rooms/{room}/signals', () => {
  const tell = (body: object) => admin.as('post', '/rooms/sale/signals').send(body);
  const noted = async () => JSON.parse((await view()).notes.signal);

  test('records one signal or both for the inlet', async () => {
    await tell({ latency_ms: 812.5, error_rate: 0.02 }).expect(204);
    expect(await noted()).toMatchObject({ latency: 812.5, errorRate: 0.02, at: expect.any(Number) });
    await tell({ error_rate: 0 }).expect(204);
    expect(await noted()).toMatchObject({ latency: null, errorRate: 0 });
  });

  test.each([{}, { latency_ms: -1 }, { error_rate: 1.01 }, { error_rate: -0.1 }, { latency_ms: '5' }, { latency: 5 }])(
    'refuses %j',
    async (body) => {
      await tell(body).expect(400);
      expect((await view()).notes.signal).toBe('');
    },
  );
});

test.each([
  ['alarm', { state: 'OK' }],
  ['signals', { latency_ms: 5 }],
])('%s of a room that does not exist is 404', async (what, body) => {
  const missing = await admin.as('post', `/rooms/none/${what}`).send(body).expect(404);
  expect(missing.body.code).toBe('room_not_found');
});
