/**
 * A sale on real processes, Redis and DynamoDB, with one fault after the other: Redis loses everything or is killed, a
 * process is killed, DynamoDB is killed or throttles. While it goes on, visitors join, wait, claim and leave.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { dynamoVariables, freshTable, startDynamo } from '#support/dynamo.ts';
import { startThrottlingProxy } from '#support/throttling-proxy.ts';
import { createFolder } from '../process.ts';
import { startCrowd } from './crowd.ts';
import { startForwarder } from './forwarder.ts';
import { createServer } from './redis-server.ts';
import { type ServiceProcess, startProcess } from './service-process.ts';

const SIZE = 60;
const SETTINGS = {
  rooms: [
    {
      id: 'sale',
      inlet: { strategy: 'rate', per_minute: 6000, size: SIZE },
      // A visitor whose join got no answer in time may hold a place. It is free again soon.
      admission: { lifetime: '60s', claim_window: '30s' },
      presence: { timeout: '30s' },
    },
  ],
};
/** For how long DynamoDB throttles, in ms. */
const THROTTLED = 3000;

export const SALE_FAULTS = [
  'FLUSHALL',
  'kill -9 of Redis',
  'kill -9 of a process',
  'kill -9 of DynamoDB',
  'throttling',
] as const;
export type SaleFault = (typeof SALE_FAULTS)[number];

export interface SaleOptions {
  readonly visitors: number;
  readonly joinsPerSecond: number;
}

export interface SaleOutcome {
  readonly joined: number;
  readonly admitted: number;
  readonly numbersTwice: number;
  readonly placesLost: number;
  /** The most visitors inside at a time that were more than the size. */
  readonly overSize: number;
  /** From the end of the fault to the first answered join. */
  readonly secondsUntilService: Readonly<Record<SaleFault, number>>;
  /** From the end of the fault to the first answered claim. */
  readonly secondsUntilClaims: Readonly<Record<SaleFault, number>>;
  /** What went wrong, and how often. */
  readonly faults: Readonly<Record<string, number>>;
}

export async function runSale({ visitors, joinsPerSecond }: SaleOptions): Promise<SaleOutcome> {
  const folder = await createFolder();
  const redis = await createServer();
  await redis.start();
  const forwarder = await startForwarder(redis.port);
  let dynamo = await startDynamo();
  const proxy = await startThrottlingProxy(dynamo.endpoint);
  let processes: ServiceProcess[] = [];

  /** Each resolves when the fault is over. */
  const strikes: Record<SaleFault, () => Promise<unknown>> = {
    FLUSHALL: () => redis.cli('FLUSHALL'),
    async 'kill -9 of Redis'() {
      await redis.kill();
      await redis.start();
    },
    async 'kill -9 of a process'() {
      await processes[0]?.restart();
    },
    async 'kill -9 of DynamoDB'() {
      await dynamo.stop();
      dynamo = await startDynamo(dynamo.port);
    },
    async throttling() {
      proxy.trouble('throttle');
      await delay(THROTTLED);
      proxy.trouble(null);
    },
  };

  try {
    await folder.write('anteroom.yaml', JSON.stringify(SETTINGS));
    const env = { ...dynamoVariables(proxy, freshTable()), REDIS_URL: `redis://127.0.0.1:${forwarder.port}` };
    processes = await Promise.all([1, 2].map(() => startProcess(folder, env)));
    const crowd = startCrowd({
      urls: processes.map(({ url }) => url),
      ...{ joinsPerSecond, pollEvery: 1500, stay: [500, 1500] },
    });
    const between = (1000 * visitors) / joinsPerSecond / (SALE_FAULTS.length + 1);
    const [service, claims]: [Partial<Record<SaleFault, number>>, Partial<Record<SaleFault, number>>] = [{}, {}];
    for (const fault of SALE_FAULTS) {
      await delay(between);
      await strikes[fault]();
      const over = Date.now();
      const never = delay(20_000, Number.POSITIVE_INFINITY);
      service[fault] = ((await Promise.race([crowd.nextJoin(), never])) - over) / 1000;
      claims[fault] = ((await Promise.race([crowd.nextClaim(), never])) - over) / 1000;
    }
    await crowd.joined(visitors);
    crowd.closeDoors();
    await delay(3000);
    const report = await crowd.finish();
    return {
      ...{ joined: report.joined, admitted: report.admitted },
      ...{ numbersTwice: report.twice.length, placesLost: report.lost.length },
      overSize: Math.max(0, report.mostInside - SIZE),
      secondsUntilService: service as Record<SaleFault, number>,
      secondsUntilClaims: claims as Record<SaleFault, number>,
      faults: countKinds([...report.twice.map((number) => `the number ${number} twice`), ...report.lost]),
    };
  } finally {
    await folder.remove();
    await proxy.close();
    await dynamo.stop();
    await forwarder.close();
    await redis.remove();
  }
}

/** How often each sentence was said, whatever its numbers. */
function countKinds(sentences: readonly string[]): Readonly<Record<string, number>> {
  const kinds = new Map<string, number>();
  for (const sentence of sentences) {
    const kind = sentence.replaceAll(/(number|number,) \d+/g, '$1 N');
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  return Object.fromEntries(kinds);
}
