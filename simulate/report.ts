import type { Outcome } from './run.ts';

const number = (value: number) => value.toLocaleString('en', { maximumFractionDigits: 0 });
const share = (part: number, whole: number) => (whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`);

/** `45 s`, `12 min`, `2 h 5 min`. */
export function span(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** What operators ask before the day: each figure with what it is. */
export function figures(outcome: Outcome): readonly (readonly [what: string, value: string])[] {
  const { waits, predictions, drained } = outcome;
  const predicted = predictions.within + predictions.outside;
  const busiest = Math.max(0, ...outcome.samples.map(({ admitted }) => admitted));
  return [
    ['visitors', number(outcome.visitors)],
    ['got in', `${number(outcome.admitted)} (${share(outcome.admitted, outcome.visitors)})`],
    ['of them at once', number(outcome.atOnce)],
    ['gave up waiting', number(outcome.gaveUp)],
    ['turns that passed', number(outcome.expired)],
    ['completed', number(outcome.completed)],
    ['went without', number(outcome.abandoned)],
    ['longest line', `${number(outcome.peakLine)} people, after ${span(outcome.peakLineAt)}`],
    ['wait, half of all', waits ? `at most ${span(waits.p50)}` : '–'],
    ['wait, 95 % of all', waits ? `at most ${span(waits.p95)}` : '–'],
    ['longest wait', waits ? span(waits.max) : '–'],
    ['line empty after', drained === null ? 'not within the simulation' : span(drained)],
    ['inside at most', number(outcome.peakInside)],
    ['admitted in the busiest minute', number(busiest)],
    ['predicted waits that came true', predicted === 0 ? '–' : share(predictions.within, predicted)],
  ];
}

export function textReport(outcome: Outcome): string {
  const rows = figures(outcome);
  const width = Math.max(...rows.map(([what]) => what.length));
  return rows.map(([what, value]) => `  ${what.padEnd(width)}  ${value}`).join('\n');
}
