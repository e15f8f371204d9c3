import { expect, test } from 'vitest';
import { createFailureReport } from '#http/failure-report.ts';
import type { Activities } from '#waiting-room/activity.ts';

type Failure = Activities['authentication.failed'];

const OF_SHOP = { credential: 'client_secret', client_id: 'shop' } as const;
const OF_ADMIN = { credential: 'operator_token', client_id: null } as const;

function reporting() {
  let at = 1_800_000_000_000;
  const emitted: Failure[] = [];
  const report = createFailureReport({ emit: (_type, fields) => void emitted.push(fields as Failure), now: () => at });
  return {
    ...report,
    pass: (ms: number) => {
      at += ms;
      report.flush();
    },
    /** What was emitted since the last call. */
    take: () => emitted.splice(0),
  };
}

test('the first failure of an address is emitted at once, the following ones together after ten seconds', () => {
  const { add, pass, take } = reporting();
  for (let n = 0; n < 5; n++) add({ ...OF_SHOP, address_hash: 'a' });
  add({ ...OF_ADMIN, address_hash: 'a' });
  add({ ...OF_SHOP, address_hash: 'b' });
  expect(take()).toEqual([
    { ...OF_SHOP, address_hash: 'a', count: 1 },
    { ...OF_ADMIN, address_hash: 'a', count: 1 },
    { ...OF_SHOP, address_hash: 'b', count: 1 },
  ]);
  pass(9999);
  expect(take()).toEqual([]);
  pass(1);
  expect(take()).toEqual([{ ...OF_SHOP, address_hash: 'a', count: 4 }]);
  pass(10_000);
  expect(take()).toEqual([]);
  add({ ...OF_SHOP, address_hash: 'a' });
  expect(take()).toEqual([{ ...OF_SHOP, address_hash: 'a', count: 1 }]);
});

test('a flood from many addresses is a hundred events and one for all the others, every ten seconds', () => {
  const { add, pass, take } = reporting();
  for (let n = 0; n < 10_000; n++) add({ ...OF_SHOP, address_hash: `${n}` });
  expect(take()).toHaveLength(100);
  pass(10_000);
  expect(take()).toEqual([{ ...OF_SHOP, count: 9900 }]);
  pass(10_000);
  add({ ...OF_SHOP, address_hash: 'later' });
  expect(take()).toEqual([{ ...OF_SHOP, address_hash: 'later', count: 1 }]);
});

test('what is held is emitted on demand, and is counted once', () => {
  const { add, flushAll, pass, take } = reporting();
  for (let n = 0; n < 150; n++) add({ ...OF_SHOP, address_hash: `${n}` });
  add({ ...OF_SHOP, address_hash: '7' });
  flushAll();
  flushAll();
  pass(60_000);
  const emitted = take();
  expect(emitted.reduce((sum, { count }) => sum + count, 0)).toBe(151);
  expect(emitted.slice(-2)).toEqual([
    { ...OF_SHOP, address_hash: '7', count: 1 },
    { ...OF_SHOP, count: 50 },
  ]);
});
