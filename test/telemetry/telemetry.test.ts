import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openEmbeddedStore } from '#store/embedded/index.ts';
import { createLog, pathOnly } from '#telemetry/log.ts';
import { createMetrics } from '#telemetry/metrics.ts';
import { countStoreErrors } from '#telemetry/store-errors.ts';

test('the log redacts secrets, at the top level, one level down and in headers', () => {
  const lines: string[] = [];
  const log = createLog({ level: 'trace', destination: { write: (line) => lines.push(line) } });
  const secrets = {
    code: 's3cret',
    ticket: 's3cret',
    token: 's3cret',
    access_token: 's3cret',
    id_token: 's3cret',
    client_secret: 's3cret',
    anteroom_token: 's3cret',
    adminToken: 's3cret',
    cookieKeys: ['s3cret'],
    redisUrl: 'redis://:s3cret@localhost',
  };
  const headers = { authorization: 's3cret', cookie: 's3cret', 'set-cookie': ['s3cret'] };
  log.info({ ...secrets, ...headers }, 'at the top');
  log.info({ config: secrets, body: secrets, headers }, 'one level down');
  log.info({ req: { headers }, res: { headers } }, 'in headers');
  const error = Object.assign(new Error('it failed'), { command: { args: ['s3cret'] }, token: 's3cret' });
  log.error({ err: error }, 'in the fields of an error');
  expect(lines).toHaveLength(4);
  expect(lines.join()).not.toContain('s3cret');
  expect(lines.join()).toContain('it failed');
});

test('the log has only the path of a URL', () => {
  expect(pathOnly('/rooms/sale/enter?return_to=https://a.example/?x#y')).toBe('/rooms/sale/enter');
  expect(pathOnly('/rooms')).toBe('/rooms');
});

test('metrics have the prefix, and read polls and rooms at each scrape', async () => {
  const metrics = createMetrics();
  const counters = {
    queue: 9,
    serving: 4,
    waiting: 5,
    present: 3,
    claimed: 4,
    active: 2,
    completed: 1,
    abandoned: 1,
    expired: 0,
  };
  let rooms = [{ room: 'sale', counters, predictions: { within: 8, outside: 1 } }];
  metrics.watchRooms(() => rooms);
  metrics.polls.status += 3;
  metrics.polls.facts += 2;
  metrics.gateChecks.inside += 5;
  metrics.joined('sale', 'waiting');
  metrics.claimed('sale', 'admitted');
  const first = await metrics.expose();
  for (const line of [
    'anteroom_polls_total{kind="status"} 3',
    'anteroom_polls_total{kind="facts"} 2',
    'anteroom_gate_checks_total{outcome="inside"} 5',
    'anteroom_gate_checks_total{outcome="failed"} 0',
    'anteroom_joins_total{room="sale",outcome="waiting"} 1',
    'anteroom_claims_total{room="sale",outcome="admitted"} 1',
    'anteroom_room_present{room="sale"} 3',
    'anteroom_room_predictions{room="sale",result="within"} 8',
    'anteroom_room_predictions{room="sale",result="outside"} 1',
  ]) {
    expect(first.text).toContain(line);
  }
  const names = first.text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  expect(names.filter((line) => !line.startsWith('anteroom_'))).toEqual([]);

  metrics.polls.status += 1;
  rooms = [];
  const second = await metrics.expose();
  expect(second.text).toContain('anteroom_polls_total{kind="status"} 4');
  expect(second.text).not.toContain('anteroom_room_present{');
});

test('metrics count each call that the store did not answer, by its operation', async () => {
  const metrics = createMetrics({ processMetrics: false });
  const dir = await mkdtemp(join(tmpdir(), 'anteroom-metrics-'));
  const store = countStoreErrors(openEmbeddedStore({ dir }), metrics);
  const now = Date.now();
  await expect(store.line.view('nowhere', now)).rejects.toThrow();
  expect((await metrics.expose()).text).not.toContain('anteroom_store_errors_total{');

  // A store that is closed answers no more.
  await store.close();
  const calls = [
    store.line.join('sale', [{ visitor: 'ann', claim: false }], now),
    store.line.recordHeartbeats('sale', { generation: 1, numbers: [1] }, now),
    store.settings.storedRoom('sale'),
    store.oidcRecords.find('Grant', 'one'),
    store.logoutQueue.forget('shop'),
    store.ping(),
    store.ping(),
  ];
  for (const call of await Promise.allSettled(calls)) expect(call.status).toBe('rejected');
  const { text } = await metrics.expose();
  for (const line of [
    'join"} 1',
    'record_heartbeats"} 1',
    'settings.stored_room"} 1',
    'oidc_records.find"} 1',
    'logout_queue.forget"} 1',
    'ping"} 2',
  ]) {
    expect(text).toContain(`anteroom_store_errors_total{operation="${line}`);
  }
  await rm(dir, { recursive: true });
});
