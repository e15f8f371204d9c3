/**
 * Runs trials of faults under load and prints what came of them:
 *
 *     node test/service/failover/main.ts [--runs 20] [FAULT …]
 *
 * With `--sale 5000 [--rate 25]`, one sale to so many visitors, of whom so many join a second, with a ledger in DynamoDB
 * and every fault in turn.
 */
import { parseArgs } from 'node:util';
import { FAULTS, type FaultName } from './faults.ts';
import { runSale } from './sale.ts';
import { type Outcome, runTrial } from './trial.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '20' },
    sale: { type: 'string' },
    rate: { type: 'string', default: '25' },
    help: { type: 'boolean', short: 'h' },
  },
});
if (values.help) {
  process.stdout.write(`npm run failover -- [--runs 20] [FAULT …]
npm run failover -- --sale VISITORS [--rate 25]
  FAULT   of ${Object.keys(FAULTS).join(', ')}; all of them without one
`);
  process.exit(0);
}
if (values.sale !== undefined) {
  const outcome = await runSale({ visitors: Number(values.sale), joinsPerSecond: Number(values.rate) });
  process.stdout.write(`${JSON.stringify(outcome, null, 2)}\n`);
  process.exit(0);
}
const known = Object.keys(FAULTS) as FaultName[];
const faults = positionals.length > 0 ? known.filter((name) => positionals.includes(name)) : known;

for (const fault of faults) {
  const outcomes: Outcome[] = [];
  for (let run = 1; run <= Number(values.runs); run++) {
    const outcome = await runTrial(fault, { joinsPerSecond: 60, before: 4000, after: 4000 });
    outcomes.push(outcome);
    process.stdout.write(`${fault} ${run}: ${JSON.stringify(outcome)}\n`);
  }
  const sum = (of: (outcome: Outcome) => number) => outcomes.reduce((total, outcome) => total + of(outcome), 0);
  const most = (of: (outcome: Outcome) => number) => Math.max(...outcomes.map(of));
  const overBound = outcomes.filter(({ overSize, admissionsLost }) => overSize > admissionsLost).length;
  process.stdout.write(
    `${fault}: ${outcomes.length} runs, ${sum(({ joined }) => joined)} joined, ` +
      `${sum(({ numbersTwice }) => numbersTwice)} numbers twice, ${sum(({ placesLost }) => placesLost)} places lost, ` +
      `service again after ${most(({ secondsUntilService }) => secondsUntilService).toFixed(2)} s at most, ` +
      `at most ${most(({ overSize }) => overSize)} over the size, ` +
      `${most(({ admissionsLost }) => admissionsLost)} admissions lost, ${overBound} runs over the bound\n`,
  );
}
