import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AdminServer } from '#support/admin.ts';
import { startAdmin } from '#support/admin.ts';
import { joinAndLoad } from '#support/join-and-load.ts';

const MINUTE = 60_000;
const iso = (at: number) => new Date(at).toISOString();

let admin: AdminServer;
let opening: { id: string; prequeue_start: string; start: string; end: string };

/** A room with an event whose prequeue has begun, and one entrant who is present. */
beforeEach(async () => {
  admin = await startAdmin();
  const now = Date.now();
  opening = {
    id: 'opening',
    prequeue_start: iso(now - MINUTE),
    start: iso(now + 30 * MINUTE),
    end: iso(now + 300 * MINUTE),
  };
  await admin
    .as('put', '/rooms/sale')
    .send({ events: [opening] })
    .expect(201);
  const draw = { event: 'opening', order: 'draw', seed: 'c2VlZA', seedHash: '00ff' } as const;
  await admin.store.line.announceDraw('sale', { ...draw, opensAt: now - MINUTE }, now);
});
afterEach(() => admin.close());

const come = (...visitors: string[]) => joinAndLoad(admin.store.line, 'sale', visitors, Date.now());
const events = async () => (await admin.as('get', '/rooms/sale').expect(200)).body.events;
const draws = async () => (await admin.store.line.view('sale', Date.now())).draws;
const audit = async () => {
  const entries: { action: string; detail: unknown }[] = (await admin.as('get', '/audit').expect(200)).body;
  return entries.filter(({ action }) => action.startsWith('event.'));
};
const post = (path: string, body: object) => admin.as('post', `/rooms/sale/events/${path}`).send(body);
const later = (minutes: number) => iso(Date.parse(opening.start) + minutes * MINUTE);

describe('an event with entrants', () => {
  test.each([
    ['renamed', 'patch', () => ({ events: [{ ...opening, id: 'openning', start: later(60) }] })],
    ['removed', 'patch', () => ({ events: [] })],
    ['removed by a default', 'patch', () => ({ events: null })],
    ['left out', 'put', () => ({ title: 'Spring sale' })],
  ] as const)('is not %s', async (_, method, body) => {
    await come('ann');
    const refused = await admin.as(method, '/rooms/sale').send(body()).expect(409);
    expect(refused.body).toMatchObject({
      code: 'event_has_entrants',
      detail: expect.stringContaining('Postpone or cancel'),
    });
    expect(await events()).toMatchObject([{ id: 'opening', start: opening.start }]);
    expect(await draws()).toMatchObject([{ arrivals: 1, drawnAt: null }]);
  });

  test('may be moved and changed under its id, and removed once it is drawn', async () => {
    await come('ann');
    const moved = { ...opening, start: later(60), title: 'Grand opening' };
    await admin
      .as('patch', '/rooms/sale')
      .send({ events: [moved] })
      .expect(200);
    await admin.store.line.draw('sale', 'opening', Date.now());
    await admin.as('patch', '/rooms/sale').send({ events: [] }).expect(200);
  });

  test('is not an event to which nobody came', async () => {
    await admin.as('patch', '/rooms/sale').send({ events: [] }).expect(200);
    expect(await events()).toEqual([]);
  });
});

describe('POST …/events/{id}/postpone', () => {
  test('moves the start, keeps the entrants, and is audited', async () => {
    await come('ann');
    const answer = await post('opening/postpone', { start: later(60) }).expect(200);
    expect(answer.body.events).toMatchObject([{ id: 'opening', start: later(60), end: opening.end }]);
    expect(answer.headers.etag).toBe((await admin.as('get', '/rooms/sale')).headers.etag);
    expect(await draws()).toMatchObject([{ arrivals: 1, drawnAt: null }]);
    expect(await audit()).toMatchObject([
      { action: 'event.postponed', detail: { event: 'opening', from: opening.start, to: later(60) } },
    ]);
  });

  test.each([
    ['an earlier start', -1, 'start'],
    ['a start after the end', 600, 'events[0].end'],
  ])('refuses %s, and changes nothing', async (_, minutes, field) => {
    const refused = await post('opening/postpone', { start: later(minutes) }).expect(400);
    expect(refused.body).toMatchObject({ code: 'invalid_request', errors: [{ field }] });
    expect(await events()).toMatchObject([{ start: opening.start }]);
    expect(await audit()).toEqual([]);
  });

  test('refuses no start, and one that is no time', async () => {
    for (const body of [{}, { start: 'later' }, { start: 7 }]) {
      const refused = await post('opening/postpone', body).expect(400);
      expect(refused.body.errors).toMatchObject([{ field: 'start' }]);
    }
  });

  test('refuses an unknown event, a stale If-Match, and an event that has started', async () => {
    expect((await post('openning/postpone', { start: later(60) }).expect(404)).body.code).toBe('event_not_found');
    const stale = await post('opening/postpone', { start: later(60) })
      .set('If-Match', '"stale"')
      .expect(412);
    expect(stale.body.code).toBe('precondition_failed');
    await admin
      .as('patch', '/rooms/sale')
      .send({ events: [{ ...opening, start: iso(Date.now() - 1000) }] })
      .expect(200);
    expect((await post('opening/postpone', { start: later(60) }).expect(409)).body.code).toBe('event_started');
    expect((await post('opening/cancel', { entrants: 'draw' }).expect(409)).body.code).toBe('event_started');
  });
});

describe('POST …/events/{id}/cancel', () => {
  test('with draw gives numbers to the entrants at once and removes the event', async () => {
    await come('ann', 'bob');
    const answer = await post('opening/cancel', { entrants: 'draw' }).expect(200);
    expect(answer.body.events).toEqual([]);
    expect(await draws()).toMatchObject([{ entrants: 2 }]);
    expect((await admin.as('get', '/rooms/sale/counters')).body).toMatchObject({ queue: 2, waiting: 2 });
    expect(await audit()).toMatchObject([
      { action: 'event.cancelled', detail: { event: 'opening', entrants: 'draw' } },
    ]);
  });

  test('with release gives no numbers and removes the event', async () => {
    await come('ann', 'bob');
    await post('opening/cancel', { entrants: 'release' }).expect(200);
    expect(await events()).toEqual([]);
    expect(await draws()).toMatchObject([{ arrivals: 2, entrants: 0, released: true }]);
    expect((await admin.as('get', '/rooms/sale/counters')).body).toMatchObject({ queue: 0 });
    expect(await come('cid')).toMatchObject([{ number: 1, entry: null }]);
  });

  test('of an event without entrants leaves no draw behind', async () => {
    await post('opening/cancel', { entrants: 'draw' }).expect(200);
    expect(await draws()).toEqual([]);
  });

  test('needs to know about the entrants, and changes nothing for a stale If-Match', async () => {
    await come('ann');
    for (const body of [{}, { entrants: 'keep' }]) {
      const refused = await post('opening/cancel', body).expect(400);
      expect(refused.body.errors).toMatchObject([{ field: 'entrants' }]);
    }
    await post('opening/cancel', { entrants: 'draw' }).set('If-Match', '"stale"').expect(412);
    expect(await draws()).toMatchObject([{ drawnAt: null }]);
  });
});
