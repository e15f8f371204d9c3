/**
 * Claims through the tickets API, with a ledger in DynamoDB and without one. All visitors join before. In each round an
 * operator serves as many as claim.
 */
import type { Bench } from './bench.ts';
import { gather } from './load/crowd.ts';
import type { Contestant } from './measure/compare.ts';
import { compare } from './measure/compare.ts';
import type { ServerProcess } from './server.ts';
import { raise } from './stand.ts';
import { openTickets } from './tickets.ts';

const ROUNDS = 5;
const WITH_WARM_UP = ROUNDS + 2;
const VISITORS = 400;

export const claims: Bench = {
  name: 'claims',
  about: 'claims with a ledger in DynamoDB, against claims without one',
  async run(stand) {
    const baseline = await contestant(await stand.anteroom());
    const ours = await contestant(await stand.anteroom({ env: await stand.ledger() }));
    const comparison = await compare({ baseline, ours, rounds: ROUNDS });
    // DynamoDB has the other core of a machine with two: the processor time of the service counts.
    const target = { at_least: 0.7 };
    return {
      comparison,
      findings: [{ what: 'per CPU second, with ÷ without', value: comparison.cpu_ratio, unit: '×', target }],
    };
  },
};

async function contestant(server: ServerProcess): Promise<Contestant> {
  const tickets = await openTickets(server.port, WITH_WARM_UP * VISITORS);
  return {
    server,
    async run() {
      const crowd = await gather(server.port);
      await raise(server.port, VISITORS);
      const claiming = tickets.take(VISITORS);
      const start = performance.now();
      await crowd.each(claiming, tickets.claim);
      const seconds = (performance.now() - start) / 1000;
      crowd.disperse();
      return { operations: claiming.length, seconds };
    },
  };
}
