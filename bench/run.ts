/** `npm run bench [-- NAME …]`: runs the benchmarks, prints the results, and merges them into bench/results.json. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ahead } from './ahead.ts';
import { aws } from './aws.ts';
import type { Bench } from './bench.ts';
import { claims } from './claims.ts';
import { draw } from './draw.ts';
import { facts } from './facts.ts';
import { firstView } from './first-view.ts';
import { flows, flowsEs256 } from './flows.ts';
import { footprint } from './footprint.ts';
import { gate } from './gate.ts';
import { joins, protection } from './joins.ts';
import { latency } from './latency.ts';
import { isUsual } from './line-length.ts';
import { WrkMissing } from './load/wrk.ts';
import { memory } from './memory.ts';
import { mergeResults, readResults } from './merge-results.ts';
import { opening } from './opening.ts';
import type { Result } from './report.ts';
import { describeMachine, printTable } from './report.ts';
import { rooms } from './rooms.ts';
import { scale } from './scale.ts';
import { setUp } from './stand.ts';
import { status } from './status.ts';
import { storeCommands } from './store-commands.ts';
import { streams } from './streams.ts';
import { workers } from './workers.ts';

const BENCHES: readonly Bench[] = [
  ...[joins, protection, workers, flows, flowsEs256, claims, aws, status, facts, gate, firstView, streams, latency],
  ...[opening, memory, footprint, scale, ahead, draw, storeCommands, rooms],
];

const names = process.argv.slice(2);
if (names.some((name) => ['--help', '-h'].includes(name))) {
  console.log('npm run bench -- [NAME …]');
  for (const { name, about } of BENCHES) console.log(`  ${name.padEnd(14)}  ${about}`);
  process.exit(0);
}
const unknown = names.filter((name) => !BENCHES.some((bench) => bench.name === name));
if (unknown.length > 0) {
  fail(`There is no benchmark ${unknown.join(', ')}. There are: ${BENCHES.map(({ name }) => name).join(', ')}.`);
}

const results: Result[] = [];
for (const bench of BENCHES.filter(({ name }) => names.length === 0 || names.includes(name))) {
  process.stderr.write(`${bench.name}: ${bench.about} …\n`);
  const started = performance.now();
  const stand = await setUp();
  try {
    const outcome = await bench.run(stand);
    results.push({ name: bench.name, about: bench.about, seconds: (performance.now() - started) / 1000, ...outcome });
  } catch (error) {
    if (error instanceof WrkMissing) fail(error.message);
    throw error;
  } finally {
    await stand.tearDown();
  }
}

printTable(results);
if (!isUsual) process.exit();
const file = join(import.meta.dirname, 'results.json');
const machine = await describeMachine();
const merged = mergeResults(
  await readResults(file),
  results.map((result) => ({ ...machine, ...result })),
  BENCHES.map(({ name }) => name),
);
await writeFile(file, `${JSON.stringify(merged, null, 2)}\n`);
process.stdout.write(`\nWritten to ${file}\n`);

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
