/** `npm run bench [-- NAME …]`: runs the benchmarks, prints the results, and merges them into bench/results.json. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ahead } from './ahead.ts';
import type { Bench } from './bench.ts';
import { draw } from './draw.ts';
import { facts } from './facts.ts';
import { flows } from './flows.ts';
import { gate } from './gate.ts';
import { joins } from './joins.ts';
import { WrkMissing } from './load/wrk.ts';
import { memory } from './memory.ts';
import { mergeResults, readResults } from './merge-results.ts';
import type { Result } from './report.ts';
import { describeMachine, printTable } from './report.ts';
import { scale } from './scale.ts';
import { setUp } from './stand.ts';
import { status } from './status.ts';
import { storeCommands } from './store-commands.ts';

const BENCHES: readonly Bench[] = [joins, flows, status, facts, gate, memory, scale, ahead, draw, storeCommands];

const names = process.argv.slice(2);
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
