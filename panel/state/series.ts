import type { AnalyticsRow } from './types.ts';

/**
 * A row for each step from `from` to `to` (all in ms): where nothing happened, the API has none. Then nobody came or
 * went, and as many are there as before.
 */
export function fillSteps(rows: readonly AnalyticsRow[], from: number, to: number, step: number): AnalyticsRow[] {
  const byTime = new Map(rows.map((row) => [Date.parse(row.time), row]));
  const filled: AnalyticsRow[] = [];
  let { waiting, present, inside } = NOTHING;
  for (let at = Math.ceil(from / step) * step; at < to; at += step) {
    const row = byTime.get(at) ?? { ...NOTHING, waiting, present, inside, time: new Date(at).toISOString() };
    ({ waiting, present, inside } = row);
    filled.push(row);
  }
  return filled;
}

const NOTHING = { inflow: 0, outflow: 0, waiting: 0, present: 0, inside: 0, claimed: 0, missed: 0, left: 0 };

type Measure = Exclude<keyof AnalyticsRow, 'time'>;

export const sumOf = (rows: readonly AnalyticsRow[], measure: Measure): number =>
  rows.reduce((sum, row) => sum + row[measure], 0);

/** The greatest value and when it was, first. Null without rows. */
export function topOf(
  rows: readonly AnalyticsRow[],
  measure: Measure,
): { readonly value: number; readonly time: string } | null {
  return rows.reduce<{ value: number; time: string } | null>(
    (top, row) => (top && top.value >= row[measure] ? top : { value: row[measure], time: row.time }),
    null,
  );
}
