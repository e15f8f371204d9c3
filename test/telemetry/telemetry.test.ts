import { expect, test } from 'vitest';
import { samplesOf } from '#support/metric-samples.ts';
import { createLog, pathOnly } from '#telemetry/log.ts';
import { createMetrics } from '#telemetry/metrics.ts';

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
    queue: 19,
    serving: 18,
    waiting: 17,
    present: 16,
    claimed: 15,
    active: 14,
    completed: 13,
    abandoned: 12,
    expired: 11,
  };
  let rooms = [
    {
      room: 'sale',
      counters,
      predictions: { within: 8, outside: 1 },
      admissions: { provisional: 7, lapsed: 6 },
      busiestAddress: 5,
      alerts: new Map([['nobody_let_in', true] as const]),
    },
  ];
  metrics.watchRooms(() => rooms);
  metrics.polls.status += 3;
  metrics.polls.facts += 2;
  metrics.gateChecks.inside += 5;
  const first = await metrics.expose();
  expect(samplesOf(first.text, /_(polls|gate_checks)_total$|_room_/)).toEqual([
    'anteroom_gate_checks_total{outcome="bypassed"} 0',
    'anteroom_gate_checks_total{outcome="entered"} 0',
    'anteroom_gate_checks_total{outcome="failed"} 0',
    'anteroom_gate_checks_total{outcome="inside"} 5',
    'anteroom_gate_checks_total{outcome="redirected"} 0',
    'anteroom_gate_checks_total{outcome="refused"} 0',
    'anteroom_polls_total{kind="facts"} 2',
    'anteroom_polls_total{kind="status"} 3',
    'anteroom_room_abandoned{room="sale"} 12',
    'anteroom_room_active{room="sale"} 14',
    'anteroom_room_busiest_address_joins{room="sale"} 5',
    'anteroom_room_claimed{room="sale"} 15',
    'anteroom_room_completed{room="sale"} 13',
    'anteroom_room_expired{room="sale"} 11',
    'anteroom_room_lapsed{room="sale"} 6',
    'anteroom_room_predictions{room="sale",result="outside"} 1',
    'anteroom_room_predictions{room="sale",result="within"} 8',
    'anteroom_room_present{room="sale"} 16',
    'anteroom_room_provisional{room="sale"} 7',
    'anteroom_room_queue{room="sale"} 19',
    'anteroom_room_serving{room="sale"} 18',
    'anteroom_room_waiting{room="sale"} 17',
  ]);
  expect(samplesOf(first.text, /^(?!anteroom_)/)).toEqual([]);

  metrics.polls.status += 1;
  rooms = [];
  const second = await metrics.expose();
  expect(samplesOf(second.text, /_polls_total$|_room_/)).toEqual([
    'anteroom_polls_total{kind="facts"} 2',
    'anteroom_polls_total{kind="status"} 4',
  ]);
});
