/** What is kept of a room's minute, and of several together. */
import { formatHistogram, type Histogram, parseHistogram, sumOf } from './histogram.ts';

/** Sums of the minute. */
const FLOWS = ['inflow', 'outflow', 'claimed', 'missed', 'left', 'within', 'outside'] as const;
/** As they were at its end. */
const LEVELS = ['waiting', 'present', 'inside'] as const;
const NUMBERS = [...FLOWS, ...LEVELS];

/**
 * - `inflow`: numbers issued; `outflow`: admissions that ended; `claimed`: admissions made.
 * - `missed`: turns that passed, and absent visitors who were passed over; `left`: visitors who left.
 * - `within`, `outside`: waits that were inside their predicted range, or not.
 * - `actual`, `predicted`: how long those waited who were let in, and what was predicted to them.
 */
export type MinuteRow = Readonly<Record<(typeof NUMBERS)[number], number>> & {
  readonly minute: number;
  readonly actual: Histogram;
  readonly predicted: Histogram;
};

/** As a JSON list. What is added to it comes at its end, so that other versions read the rest. */
export function formatRow(row: MinuteRow): string {
  return JSON.stringify([
    ...NUMBERS.map((name) => row[name]),
    formatHistogram(row.actual),
    formatHistogram(row.predicted),
  ]);
}

/** Null for what is no row. */
export function parseRow(minute: number, text: string): MinuteRow | null {
  try {
    const parts = JSON.parse(text) as unknown[];
    const numbers = Object.fromEntries(NUMBERS.map((name, n) => [name, Number(parts[n] ?? 0)]));
    const [actual, predicted] = parts.slice(NUMBERS.length).map((part) => parseHistogram(String(part)));
    return { ...numbers, minute, actual: actual ?? new Map(), predicted: predicted ?? new Map() } as MinuteRow;
  } catch {
    return null;
  }
}

/** Whether there is nothing to show. */
export function isIdle(row: MinuteRow): boolean {
  return NUMBERS.every((name) => row[name] === 0) && row.actual.size === 0;
}

/** Several minutes as one row of the first: flows are added, levels are those at the end. */
export function mergeRows(rows: readonly [MinuteRow, ...MinuteRow[]]): MinuteRow {
  const last = rows.at(-1) ?? rows[0];
  const flows = FLOWS.map((name) => [name, rows.reduce((sum, row) => sum + row[name], 0)]);
  return {
    ...last,
    ...Object.fromEntries(flows),
    minute: rows[0].minute,
    actual: sumOf(rows.map(({ actual }) => actual)),
    predicted: sumOf(rows.map(({ predicted }) => predicted)),
  };
}
