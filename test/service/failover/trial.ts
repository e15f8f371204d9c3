/** One fault under load: real programs from end to end, and what came of it. */
import { setTimeout as delay } from 'node:timers/promises';
import { lineKey } from '#store/redis/keys.ts';
import { createFolder } from '../process.ts';
import { startCrowd } from './crowd.ts';
import { FAULTS, type FaultName } from './faults.ts';
import { startProcess } from './service-process.ts';

const SIZE = 100;

const settingsOf = (size: number) => ({
  rooms: [
    {
      id: 'sale',
      inlet: { strategy: 'rate', per_minute: 3600, size },
      admission: { lifetime: '10m', claim_window: '20s' },
      presence: { timeout: '12s' },
    },
  ],
});

export interface TrialOptions {
  readonly joinsPerSecond: number;
  /** Of load, in ms. */
  readonly before: number;
  readonly after: number;
  /** The most that may be inside; 100 if left out. */
  readonly size?: number;
  /** Further variables of the processes. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Outcome {
  readonly joined: number;
  readonly admitted: number;
  readonly numbersTwice: number;
  readonly placesLost: number;
  /** From a writable Redis to the first answered join. */
  readonly secondsUntilService: number;
  /** The most visitors inside at a time that were more than the size. */
  readonly overSize: number;
  /** Admissions that visitors were given, and that the store had lost. */
  readonly admissionsLost: number;
  /** Sentences about what went wrong, a few. */
  readonly faults: readonly string[];
}

export async function runTrial(
  fault: FaultName,
  { joinsPerSecond, before, after, size = SIZE, env = {} }: TrialOptions,
): Promise<Outcome> {
  const setting = await FAULTS[fault]();
  const folder = await createFolder();
  try {
    await folder.write('anteroom.yaml', JSON.stringify(settingsOf(size)));
    const processes = await Promise.all([1, 2].map(() => startProcess(folder, { ...env, REDIS_URL: setting.url })));
    const urls = processes.map(({ url }) => url);
    const crowd = startCrowd({ urls, joinsPerSecond, pollEvery: 1500, stay: [1500, 3000] });
    await delay(before);
    const { writableAt, server } = await setting.strike();
    const inside = crowd.inside();
    const kept = new Set((await server.cli('HKEYS', lineKey('sale', 'admissions'))).split('\n'));
    const served = await Promise.race([crowd.nextJoin(), delay(15_000, Number.POSITIVE_INFINITY)]);
    await delay(after);
    crowd.closeDoors();
    await delay(1500);
    const report = await crowd.finish();
    return {
      joined: report.joined,
      admitted: report.admitted,
      numbersTwice: report.twice.length,
      placesLost: report.lost.length,
      secondsUntilService: (served - writableAt) / 1000,
      overSize: Math.max(0, report.mostInside - size),
      admissionsLost: [...inside].filter((sub) => !kept.has(sub)).length,
      faults: [...report.twice.map((number) => `the number ${number} twice`), ...report.lost].slice(0, 5),
    };
  } finally {
    await folder.remove();
    await setting.close();
  }
}
