import { expect, test } from 'vitest';
import { createBrowser } from '#support/browser.ts';
import { samplesOf } from '#support/metric-samples.ts';
import { serviceOn } from '#support/on-each-store.ts';
import { arrive, facts, REDIRECT_URI, SECRET } from '#support/relying-party.ts';
import { embeddedStore } from '#support/stores.ts';

const service = serviceOn(
  embeddedStore,
  {
    rooms: [{ id: 'sale' }],
    relying_parties: [{ client_id: 'shop', client_secret: SECRET, room: 'sale', redirect_uris: [REDIRECT_URI] }],
  },
  'test',
);

const metrics = async () => (await fetch(`${service.listensOn}/metrics`)).text();

test('joins and claims are counted by outcome', async () => {
  const { visitors, operations } = service.waitingRoom;
  const ann = await arrive(createBrowser(), service.issuer);
  expect(ann.page).not.toBe('');
  const { ticket } = await visitors.arrive('sale', { visitor: 'ben', ticket: null });
  await visitors.claim(ticket);
  await operations.raise('sale', 2);
  await visitors.claim(ticket);
  await visitors.claim(ticket);
  await operations.raise('sale', 1);
  await visitors.arrive('sale', { visitor: 'cy', ticket: null });
  await operations.putRoom({ ...(await operations.room('sale')), mode: 'closed' });
  await expect(visitors.arrive('sale', { visitor: 'dan', ticket: null })).rejects.toMatchObject({
    code: 'room_closed',
  });
  expect(samplesOf(await metrics(), /_(joins|claims)_total$/)).toEqual([
    'anteroom_claims_total{room="sale",outcome="admitted"} 2',
    'anteroom_claims_total{room="sale",outcome="refused"} 1',
    'anteroom_claims_total{room="sale",outcome="repeated"} 1',
    'anteroom_joins_total{room="sale",outcome="admitted"} 1',
    'anteroom_joins_total{room="sale",outcome="closed"} 1',
    'anteroom_joins_total{room="sale",outcome="waiting"} 2',
  ]);
});

test('a wait that ends with a claim is measured once', async () => {
  const { visitors, operations } = service.waitingRoom;
  const { ticket } = await visitors.arrive('sale', { visitor: 'eve', ticket: null });
  service.time.pass(90_000);
  const before = await metrics();
  await operations.raise('sale', 10);
  await visitors.claim(ticket);
  await visitors.claim(ticket);
  const waits = /^anteroom_room_wait_seconds_(count|sum)$/;
  const grown = samplesOf(await metrics(), waits).filter((sample) => !samplesOf(before, waits).includes(sample));
  expect(grown).toEqual([
    'anteroom_room_wait_seconds_count{room="sale",kind="actual"} 1',
    expect.stringMatching(/^anteroom_room_wait_seconds_sum\{room="sale",kind="actual"\} 9\d(\.\d+)?$/),
  ]);
});

test('polls are counted by kind', async () => {
  const ann = createBrowser();
  const { page } = await arrive(ann, service.issuer);
  for (let n = 0; n < 3; n++) await facts(ann, page);
  for (let n = 0; n < 2; n++) await fetch(`${service.issuer}/rooms/sale/status`);
  expect(samplesOf(await metrics(), 'anteroom_polls_total')).toEqual([
    'anteroom_polls_total{kind="facts"} 3',
    'anteroom_polls_total{kind="status"} 2',
  ]);
});

test('the process that ticks exposes the counters and predictions of all rooms, even without polls', async () => {
  await service.store.line.recordPredictions('sale', { within: 3, outside: 1 }, 0);
  for (const visitor of ['ann', 'ben']) {
    await service.store.line.join('sale', [{ visitor, claim: false }], service.time.now());
  }
  await service.waitingRoom.advance.all();
  await expect
    .poll(async () => samplesOf(await metrics(), /_room_(queue|waiting|serving|predictions)$/))
    .toEqual([
      'anteroom_room_predictions{room="sale",result="outside"} 1',
      'anteroom_room_predictions{room="sale",result="within"} 3',
      'anteroom_room_queue{room="sale"} 2',
      'anteroom_room_serving{room="sale"} 0',
      'anteroom_room_waiting{room="sale"} 2',
    ]);
});

test('a process exposes no gauges of a room whose snapshot is old', async () => {
  await service.waitingRoom.advance.all();
  const gauges = async () => samplesOf(await metrics(), /^anteroom_room_/);
  await expect.poll(gauges).toContain('anteroom_room_queue{room="sale"} 0');
  service.time.pass(11_000);
  expect(await gauges()).toEqual([]);
});
