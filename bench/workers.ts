/**
 * Joins with one worker, with two, and with as many as there are cores. The load generator gives way to the servers, but
 * it takes part of the same cores: read the ratios together with its share.
 */
import { availableParallelism, getPriority, setPriority } from 'node:os';
import type { Bench } from './bench.ts';
import { joinAt } from './joins.ts';
import { gather } from './load/crowd.ts';
import { spread } from './measure/spread.ts';

const COUNTS = [...new Set([1, 2, availableParallelism()])];
const ROUNDS = 6;
const TIME = 3000;
/** Less than that of the servers. */
const PRIORITY = 10;

interface Round {
  /** Joins a second, by the number of workers. */
  readonly rates: readonly number[];
  /** Cores that the load generator took meanwhile. */
  readonly shares: readonly number[];
}

export const workers: Bench = {
  name: 'workers',
  about: `joins with WORKERS=${COUNTS.join(', ')}, with a load generator that gives way`,
  async run(stand) {
    const joins = [];
    for (const count of COUNTS) {
      const server = await stand.anteroom({ env: { WORKERS: String(count) } });
      joins.push({ port: server.port, join: joinAt(server, '/authorize', 'You are in line') });
    }
    const usual = getPriority();
    setPriority(PRIORITY);
    const rounds: Round[] = [];
    // The first round warms up.
    for (let n = 0; n <= ROUNDS; n++) {
      const round = { rates: [] as number[], shares: [] as number[] };
      for (const { port, join } of joins) {
        const crowd = await gather(port, 64);
        const [cpu, start] = [process.cpuUsage(), performance.now()];
        const done = await crowd.during(TIME, join);
        const seconds = (performance.now() - start) / 1000;
        const { user, system } = process.cpuUsage(cpu);
        crowd.disperse();
        round.rates.push(done / seconds);
        round.shares.push((user + system) / 1e6 / seconds);
      }
      if (n > 0) rounds.push(round);
    }
    try {
      setPriority(usual);
    } catch {
      // Only root may take it back. What runs after this in the same process gives way too.
    }
    const column = (of: keyof Round, at: number) => spread(rounds.map((round) => round[of][at] ?? Number.NaN));
    const ratio = (at: number) =>
      spread(rounds.map(({ rates }) => (rates[at] ?? Number.NaN) / (rates[0] ?? Number.NaN)));
    return {
      findings: COUNTS.flatMap((count, at) => [
        { what: `joins a second with WORKERS=${count}`, value: column('rates', at), unit: '/s' },
        { what: 'cores that the load generator took', value: column('shares', at), unit: '' },
        ...(at === 0 ? [] : [{ what: `WORKERS=${count} ÷ 1`, value: ratio(at), unit: '×' }]),
      ]),
    };
  },
};
