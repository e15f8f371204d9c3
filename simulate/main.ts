/** `npm run simulate -- FILE [--seed N] [--out report.html]`: simulates a sale before its day. */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { htmlReport } from './html.ts';
import { span, textReport } from './report.ts';
import { simulate } from './run.ts';
import { readScenario } from './scenario.ts';

const USAGE = `npm run simulate -- FILE [--seed N] [--out report.html]
  FILE          the scenario: docs/simulation.md describes it
  --seed N      another course of chance than that of the file
  --out FILE    also write a report with charts, in HTML`;

const { positionals, values } = arguments_();
if (values.help) exitWith(USAGE);
const [file] = positionals;
if (!file) fail(`No scenario file. Usage: ${USAGE}`);

const read = readScenario(fromYaml(file));
if ('faults' in read)
  fail([`${file}:`, ...read.faults.map(({ field, message }) => `  ${field} ${message}`)].join('\n'));
const scenario = values.seed === undefined ? read.scenario : { ...read.scenario, seed: Number(values.seed) };
if (!Number.isSafeInteger(scenario.seed) || scenario.seed < 0) fail('--seed must be a whole number');

const startedAt = performance.now();
const outcome = simulate(scenario);
const took = (performance.now() - startedAt) / 1000;

console.log(`${scenario.room.title}, seed ${scenario.seed}\n`);
console.log(textReport(outcome));
console.log(`\n  ${span(outcome.lasted)} of virtual time in ${took.toFixed(1)} s`);
if (values.out) {
  write(values.out, htmlReport(scenario.room.title, outcome));
  console.log(`  charts in ${values.out}`);
}

function arguments_() {
  try {
    const help = { type: 'boolean', short: 'h' } as const;
    return parseArgs({ allowPositionals: true, options: { seed: { type: 'string' }, out: { type: 'string' }, help } });
  } catch (error) {
    return fail(`${(error as Error).message}\nUsage: ${USAGE}`);
  }
}

function fromYaml(path: string): unknown {
  try {
    return parse(readFileSync(path, 'utf8'));
  } catch (error) {
    return fail(`${path}: ${(error as Error).message}`);
  }
}

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    fail((error as Error).message);
  }
}

function exitWith(message: string): never {
  console.log(message);
  process.exit(0);
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
