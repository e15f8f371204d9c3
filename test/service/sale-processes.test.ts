/** Programs on Redis and DynamoDB, in a sale in which each of them fails once. */
import { expect, test } from 'vitest';
import { runSale, SALE_FAULTS } from './failover/sale.ts';

/** A DynamoDB in Java takes its time to start. */
const PATIENCE = 20;

test('a sale outlives Redis, a process and DynamoDB: no number twice, no place lost, nobody beyond the size', async () => {
  const outcome = await runSale({ visitors: 1000, joinsPerSecond: 18 });
  expect(outcome).toMatchObject({ numbersTwice: 0, placesLost: 0, overSize: 0, faults: {} });
  expect(outcome.joined).toBeGreaterThanOrEqual(1000);
  expect(outcome.admitted).toBeGreaterThan(300);
  for (const fault of ['FLUSHALL', 'kill -9 of Redis', 'kill -9 of a process'] as const) {
    expect(outcome.secondsUntilService[fault], fault).toBeLessThan(5);
  }
  for (const fault of SALE_FAULTS) expect(outcome.secondsUntilClaims[fault], fault).toBeLessThan(PATIENCE);
}, 300_000);
