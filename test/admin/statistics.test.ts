import { createHash, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AdminServer } from '#support/admin.ts';
import { startAdmin } from '#support/admin.ts';
import { joinAndLoad } from '#support/join-and-load.ts';

let admin: AdminServer;
beforeEach(async () => {
  admin = await startAdmin();
  await admin.as('put', '/rooms/sale').send({});
});
afterEach(() => admin.close());

const statistics = async () => (await admin.as('get', '/rooms/sale/statistics').expect(200)).body;

test('of a new room are empty', async () => {
  expect(await statistics()).toEqual({
    counters: (await admin.as('get', '/rooms/sale/counters')).body,
    held: 0,
    alarm: false,
    per_minute: null,
    predictions: { within: 0, outside: 0, share: null },
    draws: [],
    entrants_present: 0,
  });
});

test('have the speed of the line, the held places and the accuracy of the estimates', async () => {
  const { line } = admin.store;
  const now = Date.now();
  const meter = Array.from({ length: 13 }, (_, n) => [now - 60_000 + n * 5000, n * 10]);
  await line.note('sale', { name: 'meter', value: JSON.stringify(meter) }, now);
  await line.recordPredictions('sale', { within: 7, outside: 1 }, now);
  await line.setAlarm('sale', true, now);
  await line.join('sale', [{ visitor: 'ann', claim: false }], now);
  await line.raise('sale', { numbers: 1 }, now);
  const told = await statistics();
  expect(told).toMatchObject({ held: 1, alarm: true, predictions: { within: 7, outside: 1, share: 0.875 } });
  expect(told.counters).toMatchObject({ queue: 1, serving: 1 });
  const [low, high] = told.per_minute;
  expect(low).toBeLessThan(120);
  expect(high).toBeGreaterThan(120);
});

test('have a draw, and its seed only after the draw', async () => {
  const { line } = admin.store;
  const now = Date.now();
  const seed = randomBytes(32);
  const seedHash = createHash('sha256').update(seed).digest('hex');
  await line.announceDraw(
    'sale',
    { event: 'opening', order: 'draw', seed: seed.toString('base64url'), seedHash, opensAt: 0 },
    now,
  );
  await joinAndLoad(line, 'sale', ['ann'], now);
  const open = await statistics();
  expect(open.entrants_present).toBe(1);
  expect(open.draws).toMatchObject([{ event: 'opening', seed_hash: seedHash, seed: null, entrants: null }]);
  expect(JSON.stringify(open)).not.toContain(seed.toString('base64url'));
  await line.draw('sale', 'opening', now);
  const done = await statistics();
  expect(done.draws).toMatchObject([{ seed: seed.toString('hex'), entrants: 1, drawn_at: expect.any(String) }]);
});

test('of a room that does not exist are 404', async () => {
  const missing = await admin.as('get', '/rooms/none/statistics').expect(404);
  expect(missing.body.code).toBe('room_not_found');
});
