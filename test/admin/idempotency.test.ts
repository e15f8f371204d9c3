import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { idempotency } from '#admin/idempotency.ts';
import type { Asked, Reply, Route } from '#http/guard.ts';
import { openEmbeddedStore } from '#store/embedded/index.ts';
import type { AdminServer } from '#support/admin.ts';
import { ALICES_TOKEN, startAdmin } from '#support/admin.ts';
import { joinAndLoad } from '#support/join-and-load.ts';
import { StoreUnavailable } from '#waiting-room/errors.ts';

let admin: AdminServer;
/** What happens before the serving counter is raised, and after it. */
let beforeRaise: () => Promise<void>;
let afterRaise: () => Promise<void>;
/** What happens after exits are reported. */
let afterExits: () => Promise<void>;

beforeEach(async () => {
  beforeRaise = async () => {};
  afterRaise = async () => {};
  afterExits = async () => {};
  admin = await startAdmin((operations) => ({
    ...operations,
    async raise(...args) {
      await beforeRaise();
      const raised = await operations.raise(...args);
      await afterRaise();
      return raised;
    },
    async exits(...args) {
      const reported = await operations.exits(...args);
      await afterExits();
      return reported;
    },
  }));
  await admin.as('put', '/rooms/sale').send({});
});
afterEach(() => admin.close());

const raise = (key: string, by = 10) =>
  admin.as('post', '/rooms/sale/serving-counter').set('Idempotency-Key', key).send({ increment_by: by });

const serving = async () => (await admin.as('get', '/rooms/sale/counters')).body.serving;

test('a repeat gets the same answer, marked as replayed, and has no second effect', async () => {
  const first = await raise('k').expect(200);
  const second = await raise('k').expect(200);
  expect(first.headers).not.toHaveProperty('idempotency-replayed');
  expect(second.headers['idempotency-replayed']).toBe('true');
  expect(second.body).toEqual(first.body);
  expect(await serving()).toBe(10);
});

test('a request without a key, or with another key, has its own effect', async () => {
  await raise('a');
  await raise('b');
  await admin.as('post', '/rooms/sale/serving-counter').send({ increment_by: 10 });
  expect(await serving()).toBe(30);
});

test('the same key with another body, room or operation is refused', async () => {
  await admin.as('put', '/rooms/other').send({});
  await raise('k');
  const others = [
    raise('k', 11),
    admin.as('post', '/rooms/other/serving-counter').set('Idempotency-Key', 'k').send({ increment_by: 10 }),
    admin.as('post', '/rooms/sale/reset').set('Idempotency-Key', 'k'),
  ];
  for (const answer of await Promise.all(others)) {
    expect([answer.status, answer.body.code]).toEqual([422, 'idempotency_key_reused']);
  }
  expect(await serving()).toBe(10);
});

test('a repeat while the first request is in progress is answered with 409', async () => {
  const atWork = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  beforeRaise = () => {
    atWork.resolve();
    return goOn.promise;
  };
  const first = raise('k').then((answer) => answer);
  await atWork.promise;
  const second = await raise('k').expect(409);
  expect(second.body.code).toBe('request_in_progress');
  goOn.resolve();
  expect((await first).status).toBe(200);
  await raise('k').expect('Idempotency-Replayed', 'true');
  expect(await serving()).toBe(10);
});

test('of many requests at once with the same key, one has an effect', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => raise('k')));
  expect(answers.every(({ status }) => status === 200 || status === 409)).toBe(true);
  expect(await serving()).toBe(10);
});

test('a failed request is forgotten and may be repeated', async () => {
  beforeRaise = () => Promise.reject(new StoreUnavailable(new Error('away')));
  const failed = await raise('k').expect(503);
  expect(failed.headers['retry-after']).toBeDefined();
  beforeRaise = async () => {};
  const tried = await raise('k').expect(200);
  expect(tried.headers).not.toHaveProperty('idempotency-replayed');
  expect(await serving()).toBe(10);
});

describe('after the answer of the store was lost', () => {
  const lose = () => Promise.reject(new StoreUnavailable(new Error('no answer')));

  test('a repeat of a raise answers what it did, and has no second effect', async () => {
    afterRaise = lose;
    await raise('k').expect(503);
    afterRaise = async () => {};
    await admin.as('post', '/rooms/sale/serving-counter').send({ increment_by: 3 });
    expect((await raise('k').expect(200)).body).toMatchObject({ raised_by: 10, serving: 13 });
    await raise('k').expect('Idempotency-Replayed', 'true');
    expect(await serving()).toBe(13);
  });

  test('the key and another body are another request', async () => {
    afterRaise = lose;
    await raise('k').expect(503);
    afterRaise = async () => {};
    await raise('k', 11).expect(200);
    expect(await serving()).toBe(21);
  });

  test('a repeat of a report frees no place twice', async () => {
    await admin.as('patch', '/rooms/sale').send({ inlet: { size: 3 } });
    await raise('k', 3);
    await joinAndLoad(admin.store.line, 'sale', ['ann', 'ben', 'cat'], Date.now());
    const report = () => admin.as('post', '/rooms/sale/exits').set('Idempotency-Key', 'gone').send({ exited: 1 });
    afterExits = lose;
    await report().expect(503);
    afterExits = async () => {};
    await report().expect(200);
    expect((await raise('more').expect(200)).body.raised_by).toBe(1);
  });
});

test('two operators may use the same key', async () => {
  await raise('k');
  const theirs = admin.as('post', '/rooms/sale/serving-counter', ALICES_TOKEN).set('Idempotency-Key', 'k');
  await theirs.send({ increment_by: 10 }).expect(200);
  expect(await serving()).toBe(20);
});

test('a refused request is not remembered', async () => {
  await admin.as('post', '/rooms/sale/serving-counter').set('Idempotency-Key', 'k').send({ by: 1 }).expect(400);
  await raise('k').expect(200);
});

test('a key of more than 255 characters is refused', async () => {
  const refused = await raise('k'.repeat(256)).expect(400);
  expect(refused.body.errors).toMatchObject([{ field: 'Idempotency-Key' }]);
});

test('the key of a process that died is free after a minute, and an answer is remembered for a day', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'anteroom-'));
  let now = Date.now();
  const store = openEmbeddedStore({ dir, now: () => now });
  const once = idempotency({ store: store.idempotency, log: { warn: () => {} } });
  const asked = { ctx: { get: () => 'k', state: { operator: 'admin' } }, params: {} } as unknown as Asked;
  let answers = 0;
  const answering = (answer: () => Promise<Reply>) =>
    once({ idempotent: true, operationId: 'raise', answer } as unknown as Route, asked);
  const raised = () => answering(async () => ({ status: 200, body: { answers: ++answers } }));

  void answering(() => new Promise(() => {}));
  now += 59_999;
  await expect(raised()).rejects.toMatchObject({ code: 'request_in_progress' });
  now += 1;
  expect(await raised()).toMatchObject({ body: { answers: 1 } });
  now += 24 * 60 * 60 * 1000 - 1;
  expect(await raised()).toMatchObject({ body: { answers: 1 }, headers: { 'Idempotency-Replayed': 'true' } });
  now += 1;
  expect(await raised()).toMatchObject({ body: { answers: 2 } });
  await store.close();
  await rm(dir, { recursive: true });
});
