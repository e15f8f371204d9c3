/** The answers to what operators ask before the day, as text. */
import type { Outcome } from './tally.ts';

/** A label and its value. */
export type Figure = readonly [label: string, value: string];

export const whole = (value: number) => value.toLocaleString('en', { maximumFractionDigits: 0 });
const share = (part: number, of: number) => (of === 0 ? '–' : `${((100 * part) / of).toFixed(1)} %`);
const withShare = (part: number, of: number) => `${whole(part)} (${share(part, of)})`;

/** `45 s`, `12 min`, `2 h 5 min`. */
export function span(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function figures(outcome: Outcome): readonly Figure[] {
  const { visitors, admitted, waits, predictions, drained, peakLine, peakInside, admittedPerMinute } = outcome;
  return [
    ['visitors', whole(visitors)],
    ['longest line', `${whole(peakLine.people)} people, after ${span(peakLine.at)}`],
    ['wait, half of the admitted', waits ? `at most ${span(waits.p50)}` : '–'],
    ['wait, 95 % of the admitted', waits ? `at most ${span(waits.p95)}` : '–'],
    ['longest wait', waits ? span(waits.max) : '–'],
    ['line empty after', drained === null ? 'not within the simulation' : span(drained)],
    ['inside at most', `${whole(peakInside.people)} people, after ${span(peakInside.at)}`],
    ['admitted a minute', `${whole(admittedPerMinute.mean)} on average, ${whole(admittedPerMinute.most)} at most`],
    ['admitted', withShare(admitted, visitors)],
    ['admitted without waiting', whole(outcome.atOnce)],
    ['gave up waiting', withShare(outcome.gaveUp, visitors)],
    ['no-shows', withShare(outcome.noShows, visitors)],
    ['missed turns, in all', whole(outcome.expired)],
    ['completed', withShare(outcome.completed, admitted)],
    ['abandoned', withShare(outcome.abandoned, admitted)],
    ['estimates that came true', share(predictions.within, predictions.within + predictions.outside)],
  ];
}

export function textReport(outcome: Outcome): string {
  const rows = figures(outcome);
  const width = Math.max(...rows.map(([label]) => label.length));
  return rows.map(([label, value]) => `  ${label.padEnd(width)}  ${value}`).join('\n');
}
