import { expect, test } from 'vitest';
import { createKnownClients } from '#http/known-clients.ts';
import { embeddedStore } from '#support/stores.ts';
import { createTime } from '#support/time.ts';

const HOUR = 60 * 60_000;
const of = (name: string, ...hashes: string[]) => ({ name, hashes });

async function known() {
  const time = createTime();
  const { store, close } = await embeddedStore(time.now);
  let reads = 0;
  const idempotency = {
    ...store.idempotency,
    remember(...given: Parameters<typeof store.idempotency.remember>) {
      reads++;
      return store.idempotency.remember(...given);
    },
  };
  const open = () => createKnownClients({ idempotency, now: time.now });
  return { time, close, open, clients: open(), reads: () => reads };
}

test('a client is known for a day after its last success, by any of its hashes', async () => {
  const { time, clients, open, close } = await known();
  clients.record(of('shop', 'a'));
  await clients.settled();
  time.pass(23 * HOUR);
  expect(await open().has(of('shop', 'new key', 'a'))).toBe(true);
  expect(await open().has(of('kiosk', 'a'))).toBe(false);
  clients.record(of('shop', 'a'));
  await clients.settled();
  time.pass(23 * HOUR);
  expect(await open().has(of('shop', 'a'))).toBe(true);
  time.pass(HOUR);
  expect(await open().has(of('shop', 'a'))).toBe(false);
  await close();
});

test('a client with a right secret that names many others drops only its own, and changes the store a hundred times', async () => {
  const { time, clients, open, close, reads } = await known();
  clients.record(of('kiosk', 'b'));
  for (let round = 0; round < 3; round++) {
    for (let n = 0; n < 500; n++) clients.record(of('shop', `${round}-${n}`));
    await clients.settled();
    time.pass(HOUR / 6);
  }
  expect(reads()).toBe(1 + 3 * 100);
  const other = open();
  expect(await other.has(of('kiosk', 'b'))).toBe(true);
  expect(await other.has(of('shop', '2-99'))).toBe(true);
  expect(await other.has(of('shop', '1-99'))).toBe(false);
  await close();
});

test('any number of unknown clients cost one read in ten seconds', async () => {
  const { time, clients, close, reads } = await known();
  await Promise.all(Array.from({ length: 1000 }, (_, n) => clients.has(of(`${n}`, 'x'))));
  for (let n = 0; n < 100; n++) await clients.has(of('shop', `${n}`));
  expect(reads()).toBe(1);
  time.pass(10_000);
  await clients.has(of('shop', 'x'));
  expect(reads()).toBe(2);
  await close();
});

test('a store that does not answer knows no client, and a later success is kept', async () => {
  const { time, close } = await known();
  let isAway = true;
  const away = createKnownClients({
    now: time.now,
    idempotency: {
      remember: async () => (isAway ? Promise.reject(new Error('away')) : null),
      amend: async () => undefined,
    },
  });
  expect(await away.has(of('shop', 'a'))).toBe(false);
  away.record(of('shop', 'a'));
  await away.settled();
  expect(await away.has(of('shop', 'a'))).toBe(false);
  isAway = false;
  time.pass(HOUR);
  away.record(of('shop', 'a'));
  await away.settled();
  expect(await away.has(of('shop', 'a'))).toBe(true);
  await close();
});
