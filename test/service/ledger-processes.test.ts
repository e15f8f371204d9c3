/** Programs on Redis and DynamoDB, when Redis loses everything, or crashes, in the middle of a sale. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DynamoServer, dynamoVariables, freshTable, startDynamo } from '#support/dynamo.ts';
import { runTrial } from './failover/trial.ts';

let dynamo: DynamoServer;
beforeAll(async () => {
  dynamo = await startDynamo();
});
afterAll(() => dynamo.stop());

test.each(['FLUSHALL', 'empty restart', 'kill -9'] as const)(
  '%s in a sale: no number twice, no place lost, nobody beyond the size, service again within 5 s',
  async (fault) => {
    const env = dynamoVariables(dynamo, freshTable());
    const outcome = await runTrial(fault, { joinsPerSecond: 40, before: 5000, after: 10_000, size: 40, env });
    expect(outcome).toMatchObject({ numbersTwice: 0, placesLost: 0, overSize: 0, faults: [] });
    expect(outcome.secondsUntilService).toBeLessThan(5);
    expect(outcome.joined).toBeGreaterThan(150);
    expect(outcome.admitted).toBeGreaterThan(50);
  },
);
