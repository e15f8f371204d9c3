import { cpus, totalmem } from 'node:os';
import type { Finding, Outcome } from './bench.ts';
import type { Spread } from './measure/spread.ts';

export interface Result extends Outcome {
  readonly name: string;
  readonly about: string;
  /** Duration of the benchmark. */
  readonly seconds: number;
}

/** The machine that the figures depend on. */
export async function describeMachine() {
  const processors = cpus();
  return {
    date: new Date().toISOString(),
    node: process.version,
    machine: {
      processor: processors[0]?.model ?? 'unknown',
      processors: processors.length,
      memory_gib: Math.round(totalmem() / 2 ** 30),
      system: `${process.platform} ${process.arch}`,
    },
  };
}

export function printTable(results: readonly Result[]): void {
  const rows = results.flatMap(({ name, comparison, findings }) =>
    findings.map((finding, index) => ({
      bench: index === 0 ? name : '',
      what: finding.what,
      median: `${short(finding.value.median)} ${finding.unit}`,
      spread: spreadOf(finding.value),
      target: targetOf(finding),
      'baseline /s': comparison && index === 0 ? whole(comparison.baseline.median) : '',
      'ours /s': comparison && index === 0 ? whole(comparison.ours.median) : '',
      'per CPU second': comparison && index === 0 ? `${short(comparison.cpu_ratio.median)} ×` : '',
    })),
  );
  const columns = Object.keys(rows[0] ?? {}) as (keyof (typeof rows)[number])[];
  const widths = columns.map((column) => Math.max(column.length, ...rows.map((row) => row[column].length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd();
  const lines = [line(columns), line(widths.map((width) => '─'.repeat(width)))];
  for (const row of rows) lines.push(line(columns.map((column) => row[column])));
  process.stdout.write(`\n${lines.join('\n')}\n`);
}

function targetOf({ value, target }: Finding): string {
  if (!target) return '';
  const [sign, bound, met] =
    'at_least' in target
      ? ['≥', target.at_least, value.median >= target.at_least]
      : ['≤', target.at_most, value.median <= target.at_most];
  return `${sign} ${bound} ${met ? 'met' : 'MISSED'}`;
}

const spreadOf = ({ min, max }: Spread) => (min === max ? '' : `${short(min)} … ${short(max)}`);
const short = (value: number) => (Math.abs(value) >= 100 ? whole(value) : value.toFixed(2));
const whole = (value: number) => Math.round(value).toLocaleString('en');
