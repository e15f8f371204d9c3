import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AdminServer } from '#support/admin.ts';
import { ADMIN_TOKEN, ALICES_TOKEN, startAdmin } from '#support/admin.ts';
import { AUDIT_CAPACITY } from '#waiting-room/ports/audit.ts';

let admin: AdminServer;
beforeEach(async () => {
  admin = await startAdmin();
});
afterEach(() => admin.close());

interface Entry {
  readonly by: string;
  readonly action: string;
  readonly subject: string;
  readonly detail: unknown;
  readonly time: string;
  readonly count: number;
  readonly last_at: string;
  readonly omitted?: number;
}

const audit = async (query = ''): Promise<Entry[]> => (await admin.as('get', `/audit${query}`).expect(200)).body;
const deeds = async () => (await audit()).map(({ by, action, subject }) => [by, action, subject].join(' '));
const as = (method: 'put' | 'post' | 'patch' | 'delete', path: string, body: object) =>
  admin.as(method, path, ALICES_TOKEN).send(body);

test('has every action of operators, under the name of their token, newest first', async () => {
  await admin.as('put', '/rooms/sale').send({});
  await as('patch', '/rooms/sale', { mode: 'paused' }).expect(200);
  await as('post', '/rooms/sale/serving-counter', { increment_by: 5 }).expect(200);
  await as('post', '/rooms/sale/alarm', { state: 'ALARM' }).expect(200);
  await as('post', '/rooms/sale/signals', { latency_ms: 80 }).expect(204);
  await as('post', '/rooms/sale/exits', { exited: 2, completed: ['ann'] }).expect(200);
  await as('post', '/rooms/sale/reset', {}).expect(200);
  await as('put', '/relying-parties/shop', { room: 'sale', redirect_uris: ['https://shop.example/cb'] }).expect(201);
  await as('delete', '/relying-parties/shop', {}).expect(204);
  await as('delete', '/rooms/sale', {}).expect(204);
  expect(await deeds()).toEqual([
    'alice room.deleted sale',
    'alice relying_party.deleted shop',
    'alice relying_party.put shop',
    'alice room.reset sale',
    'alice exits.reported sale',
    'alice signals.reported sale',
    'alice alarm sale',
    'alice counter.raised sale',
    'alice room.put sale',
    'admin room.put sale',
  ]);
  const told = admin.told.filter(({ type }) => type === 'operator.acted');
  expect(told.map(({ id }) => id).reverse()).toEqual((await audit()).map((entry) => Reflect.get(entry, 'id')));
});

test('is exported as CSV, with the same entries', async () => {
  await admin.as('put', '/rooms/sale').send({ title: 'Big, "loud" sale' });
  await as('patch', '/rooms/sale', { mode: 'paused' }).expect(200);
  const { text, headers } = await admin.as('get', '/audit?format=csv').expect(200);
  expect(headers['content-type']).toBe('text/csv; charset=utf-8');
  expect(headers['content-disposition']).toBe('attachment; filename="audit.csv"');
  const lines = text.split('\r\n');
  expect(lines).toHaveLength(4);
  expect(lines[0]).toBe('id,time,last_at,by,action,subject,count,address_hash,detail,reason');
  expect(lines[1]).toContain(',alice,room.put,sale,1,');
  expect(lines[2]).toContain('""Big, \\""loud\\"" sale""');
});

test('has a hash of the address of each request, and never the address', async () => {
  const from = (address: string, increment_by = 1) =>
    as('post', '/rooms/sale/serving-counter', { increment_by }).set('X-Forwarded-For', address).expect(200);
  await admin.as('put', '/rooms/sale').send({});
  await from('198.51.100.1');
  await from('198.51.100.2');
  await from('192.0.2.66, 198.51.100.1', 2);
  const entries = await audit('?limit=3');
  const [third, second, first] = entries.map((entry) => Reflect.get(entry, 'address_hash'));
  expect(first).toMatch(/^[\w-]{22}$/);
  expect([third === first, second === first]).toEqual([true, false]);
  expect(JSON.stringify([entries, admin.told])).not.toMatch(/198\.51|192\.0/);
});

test('has the new settings, without secrets', async () => {
  await admin.as('put', '/rooms/sale').send({ message: 'Back at ten.' });
  const client_secret = 'a secret that nobody sees';
  await as('put', '/relying-parties/shop', { client_secret, room: 'sale', redirect_uris: ['https://shop.example/cb'] });
  const [party, room] = await audit();
  expect(room?.detail).toMatchObject({ id: 'sale', message: 'Back at ten.' });
  expect(party?.detail).toMatchObject({ client_id: 'shop', room: 'sale' });
  const everything = JSON.stringify([await audit(), admin.told]);
  for (const secret of [client_secret, ADMIN_TOKEN, ALICES_TOKEN]) expect(everything).not.toContain(secret);
});

describe('the reason', () => {
  const raise = (reason: string) =>
    as('post', '/rooms/sale/serving-counter', { increment_by: 1 }).set('X-Anteroom-Reason', reason);
  /** With the bytes of the text in the header, as curl sends them. */
  const raiseWithBytes = (reason: string, encoding: 'utf8' | 'latin1') =>
    fetch(`${admin.url}/admin/v1/rooms/sale/serving-counter`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${ALICES_TOKEN}`,
        'Content-Type': 'application/json',
        'X-Anteroom-Reason': Buffer.from(reason, encoding).toString('latin1'),
      },
      body: '{"increment_by":1}',
    });
  const reasons = async () => (await audit()).map((entry) => Reflect.get(entry, 'reason'));
  beforeEach(async () => {
    await admin.as('put', '/rooms/sale').send({});
  });

  test('of an action is in the entry, in the table, and in the event', async () => {
    await raise('The payment provider is back').expect(200);
    await raise(encodeURIComponent('Zürich öffnet, 東京も')).expect(200);
    expect((await raiseWithBytes('Zürich', 'utf8')).status).toBe(200);
    await admin.as('post', '/keys/rotate').set('X-Anteroom-Reason', '=HYPERLINK("x") <b>').expect(200);
    expect(await reasons()).toEqual([
      '=HYPERLINK("x") <b>',
      'Zürich',
      'Zürich öffnet, 東京も',
      'The payment provider is back',
      undefined,
    ]);
    const { text } = await admin.as('get', '/audit?format=csv').expect(200);
    expect(text.split('\r\n')[1]).toMatch(/,"'=HYPERLINK\(""x""\) <b>"$/);
    expect(admin.told.filter((event) => Reflect.get(event, 'reason') === 'Zürich')).toHaveLength(1);
  });

  test('tells two actions apart that are the same otherwise', async () => {
    await raise('first').expect(200);
    await raise('second').expect(200);
    await raise('second').expect(200);
    expect((await audit()).slice(0, 2).map(({ count }) => count)).toEqual([2, 1]);
  });

  test.each([
    ['more than 200 characters', '東'.repeat(201)],
    ['two lines', 'one\ntwo'],
  ])('with %s is refused, and nothing changes', async (_, reason) => {
    const { body } = await raise(encodeURIComponent(reason)).expect(400);
    expect(body.errors[0].field).toBe('X-Anteroom-Reason');
    expect((await admin.as('get', '/rooms/sale/counters')).body.serving).toBe(0);
  });

  test('that is not UTF-8, or has a lone %, is refused', async () => {
    expect((await raise('50% off').expect(400)).body.code).toBe('invalid_request');
    expect((await raiseWithBytes('Zürich', 'latin1')).status).toBe(400);
  });

  test('of 200 characters is kept', async () => {
    await raise(encodeURIComponent('東'.repeat(200))).expect(200);
    expect((await reasons())[0]).toBe('東'.repeat(200));
  });
});

test('has no entry for refused and reading requests', async () => {
  await admin.as('get', '/rooms');
  await admin.as('put', '/rooms/sale').send({ mode: 'open' }).expect(400);
  await admin.as('put', '/rooms/sale', 'a wrong token').send({}).expect(401);
  await as('post', '/rooms/none/reset', {}).expect(404);
  expect(await audit()).toEqual([]);
});

test('keeps one entry per hour of reports that machines send all day', async () => {
  await admin.as('put', '/rooms/sale').send({});
  for (let n = 0; n < 5; n++) {
    await as('post', '/rooms/sale/exits', { exited: 1 }).expect(200);
    await as('post', '/rooms/sale/signals', { latency_ms: n }).expect(204);
  }
  await admin.as('post', '/rooms/sale/exits').send({ exited: 1 }).expect(200);
  expect(await deeds()).toEqual([
    'admin exits.reported sale',
    'alice signals.reported sale',
    'alice exits.reported sale',
    'admin room.put sale',
  ]);
  expect(admin.told.filter(({ type }) => type === 'operator.acted')).toHaveLength(12);
});

test('counts equal changes of a token from one address within a minute at one entry', async () => {
  const paused = (mode: string, address = '198.51.100.1') =>
    as('patch', '/rooms/sale', { mode }).set('X-Forwarded-For', address).expect(200);
  await admin.as('put', '/rooms/sale').send({});
  for (let n = 0; n < 4; n++) {
    await paused('paused');
    await paused('queue');
  }
  await paused('paused', '198.51.100.2');
  const entries = await audit();
  expect(entries.map(({ by, count, detail }) => [by, count, (detail as { mode: string }).mode])).toEqual([
    ['alice', 1, 'paused'],
    ['alice', 4, 'queue'],
    ['alice', 4, 'paused'],
    ['admin', 1, 'queue'],
  ]);
  for (const { time, count, last_at } of entries) expect(last_at > time).toBe(count > 1);
  expect(admin.told.filter(({ type }) => type === 'operator.acted')).toHaveLength(10);
});

test('keeps what a token did first, and what others did, through a flood of its changes', async () => {
  await admin.as('put', '/rooms/sale').send({}).expect(201);
  await as('patch', '/rooms/sale', { mode: 'closed' }).expect(200);
  for (let n = 0; n < AUDIT_CAPACITY + 100; n++) await as('patch', '/rooms/sale', { message: `${n}` }).expect(200);
  const entries = await audit('?limit=1000');
  expect(entries).toHaveLength(AUDIT_CAPACITY + 1);
  expect(entries.slice(-2).map(({ by, detail }) => [by, (detail as { mode: string }).mode])).toEqual([
    ['alice', 'closed'],
    ['admin', 'queue'],
  ]);
  expect(entries.flatMap(({ omitted }) => (omitted === undefined ? [] : [omitted]))).toEqual([101]);
});

test('can be read for one token, and page by page', async () => {
  for (const id of ['a', 'b', 'c', 'd'])
    await admin.as('put', `/rooms/${id}`, id < 'c' ? ALICES_TOKEN : ADMIN_TOKEN).send({});
  const subjects = async (query: string) => (await audit(query)).map(({ subject }) => subject);
  expect(await subjects('?by=alice')).toEqual(['b', 'a']);
  expect(await subjects('?by=nobody')).toEqual([]);
  expect(await subjects('?limit=2&skip=1')).toEqual(['c', 'b']);
  expect(await subjects('?by=admin&skip=1')).toEqual(['c']);
  await admin.as('get', '/audit?skip=-1').expect(400);
});

describe('limit', () => {
  test('is the largest number of entries', async () => {
    for (const id of ['a', 'b', 'c']) await admin.as('put', `/rooms/${id}`).send({});
    expect((await audit('?limit=2')).map(({ subject }) => subject)).toEqual(['c', 'b']);
  });

  test.each(['0', '-1', '1001', 'all', '1.5', ''])('cannot be "%s"', async (limit) => {
    const refused = await admin.as('get', `/audit?limit=${limit}`).expect(400);
    expect(refused.body.errors).toMatchObject([{ field: 'limit' }]);
  });
});
