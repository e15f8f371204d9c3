import { afterEach, beforeEach, expect, test } from 'vitest';
import { type AdminServer, OPERATORS_TOKEN, startAdmin, VIEWERS_TOKEN } from '#support/admin.ts';
import { createSimulateInBackground, peopleOf } from '../../simulate/background.ts';
import { scenario } from '../simulate/scenario.ts';

let admin: AdminServer;

beforeEach(async () => {
  admin = await startAdmin();
  const events = [
    { id: 'opening', prequeue_start: '2031-01-01T09:30:00Z', start: '2031-01-01T10:00:00Z', order: 'draw' },
  ];
  const inlet = { strategy: 'rate', per_minute: 60 };
  await admin.as('put', '/rooms/sale').send({ title: 'Sale', mode: 'paused', inlet, events }).expect(201);
});
afterEach(() => admin.close());

const simulate = (body: object, token = OPERATORS_TOKEN, room = 'sale') =>
  admin.as('post', `/rooms/${room}/simulation`, token).send(body);

test('an event is simulated with the settings of the room, and the line is not touched', async () => {
  const { body } = await simulate({ event: 'opening', arrivals: [{ at: '5m', people: 120 }] }).expect(200);
  expect(body).toMatchObject({ visitors: 120, admitted: 120, gave_up: 0 });
  expect(body.longest_line.people).toBe(120);
  expect(Date.parse(body.longest_line.at)).toBeLessThanOrEqual(Date.parse('2031-01-01T10:00:01Z'));
  // 60 a minute from ten o'clock on.
  expect(body.wait.max).toBeGreaterThan(100);
  expect(body.wait.max).toBeLessThan(180);
  expect(body.samples[0].time).toBe('2031-01-01T09:30:00.000Z');
  expect(body.samples.length).toBeLessThanOrEqual(240);
  expect((await admin.as('get', '/rooms/sale/counters').expect(200)).body).toMatchObject({ queue: 0, serving: 0 });
});

test('what cannot be simulated is refused by its field', async () => {
  const arrivals = [{ at: '0s', people: 10 }];
  const faultsOf = async (body: object, room?: string) =>
    (await simulate(body, OPERATORS_TOKEN, room).expect(400)).body.errors[0];
  expect((await faultsOf({ arrivals: [{ at: '0s', people: 50_001 }] })).field).toBe('arrivals');
  expect((await faultsOf({ arrivals, duration: '13h' })).field).toBe('duration');
  await admin.as('put', '/rooms/manual').send({}).expect(201);
  expect(await faultsOf({ arrivals }, 'manual')).toMatchObject({ field: 'inlet' });
  await simulate({ arrivals, event: 'none' }).expect(404, /event_not_found/);
  await simulate({ arrivals }, VIEWERS_TOKEN).expect(403);
  await simulate({ arrivals }, OPERATORS_TOKEN, 'none').expect(404);
});

test('one simulation runs at a time, and none longer than it may', async () => {
  const run = createSimulateInBackground();
  const first = run(scenario({}));
  expect(await run(scenario({}))).toBe('busy');
  expect(await first).toMatchObject({ visitors: 100 });
  expect(await run(scenario({}))).toMatchObject({ visitors: 100 });
  expect(await createSimulateInBackground(1)(scenario({}))).toBe('too_long');
});

test('the people of a curve and of crowds are counted', () => {
  const minute = 60_000;
  const curve = [
    { at: 0, per_minute: 10 },
    { at: 10 * minute, per_minute: 30 },
    { at: 20 * minute, per_minute: 0 },
  ];
  expect(peopleOf([...curve, { at: 0, people: 5 }])).toBe(200 + 150 + 5);
});
