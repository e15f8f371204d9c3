/** The sentence above all: what happens in a room at this moment, and why. A pure value, so that it can be tested. */
import type { Report } from './types.ts';

export interface Sentence {
  readonly key: string;
  readonly values: Readonly<Record<string, string | number>>;
  /** `good`: people go in. `still`: nobody does, as it should be. `look`: nobody does, and somebody should look. */
  readonly tone: 'good' | 'still' | 'look';
}

/** Nobody let in for so long, in seconds, while people are present, is worth a look. */
const LONG = 60;
const SOON = 20;

export function sentenceOf(report: Report): Sentence {
  const { held_up: held, counters, size, inside, let_in: letIn } = report;
  const seconds = letIn.seconds_since_last;
  const values = {
    seconds,
    inside,
    size: size ?? 0,
    present: counters.present,
    held: report.held,
    perMinute: letIn.last_minute,
  };
  if (!held) {
    const isQuiet = counters.present > 0 && seconds >= LONG;
    if (isQuiet) return { key: 'sentence.silent', values, tone: 'look' };
    return letIn.last_minute > 0
      ? { key: 'sentence.going_in', values, tone: 'good' }
      : { key: counters.present > 0 ? 'sentence.soon' : 'sentence.ready', values, tone: 'good' };
  }
  // A room whose places are taken again at once is no room where nobody is let in.
  if (held.code === 'full' && letIn.last_minute > 0 && seconds < SOON) {
    return { key: 'sentence.going_in', values, tone: 'good' };
  }
  const until = held.until ? { until: held.until } : {};
  const dated = held.until !== null && DATED.includes(held.code);
  const isNow = seconds < SOON && TIMED.includes(held.code);
  const key = `sentence.${held.code}${dated ? '_until' : isNow ? '_now' : ''}`;
  const present = counters.present > 0;
  const tone =
    ALWAYS_LOOK.includes(held.code) || (held.code === 'full' && present && seconds >= LONG) ? 'look' : 'still';
  return { key, values: { ...values, ...until }, tone };
}

const DATED = ['before_start', 'inlet_not_started', 'between_periods'];
/** Those that say for how long nobody was let in, once that is worth saying. */
const TIMED = ['full', 'manual'];
const ALWAYS_LOOK = ['alarm', 'inlet_ended'];
