/** Counts what happens in a simulation and computes its outcome. */
import type { Range } from '#waiting-room/estimate.ts';
import type { Counters } from '#waiting-room/line/counters.ts';
import { type Clock, SECOND } from './clock.ts';

/** The distance of two samples in ticks, and the number of samples in a minute. */
const BETWEEN = 10 * SECOND;
const A_MINUTE = 6;

/** The state at a time, in seconds since the start. */
export interface Sample {
  readonly at: number;
  /** Present people who wait, entrants of the next draw included. */
  readonly line: number;
  readonly inside: number;
  /** Admitted in the last minute, or since the start. */
  readonly admitted: number;
}

/** Durations and times are in seconds, times since the start. */
export interface Outcome {
  readonly visitors: number;
  readonly admitted: number;
  /** Admitted without waiting. */
  readonly atOnce: number;
  readonly gaveUp: number;
  /** Visitors who were present and did not claim. */
  readonly noShows: number;
  /** Missed turns: of no-shows and of absent visitors. */
  readonly expired: number;
  readonly completed: number;
  readonly abandoned: number;
  /** Waits of the admitted; null if nobody was. */
  readonly waits: { readonly p50: number; readonly p95: number; readonly max: number } | null;
  readonly peakLine: { readonly people: number; readonly at: number };
  readonly peakInside: { readonly people: number; readonly at: number };
  /** Admissions per minute: on average while there were any, and in the busiest minute. */
  readonly admittedPerMinute: { readonly mean: number; readonly most: number };
  /** When the line was empty for good; null if somebody still waits. */
  readonly drained: number | null;
  /** Estimated waits that came true, and those that did not. */
  readonly predictions: { readonly within: number; readonly outside: number };
  readonly lasted: number;
  readonly samples: readonly Sample[];
}

export interface Tally {
  /** Counts an admission after so many ticks, with the estimated range in seconds. */
  admitted(waited: number, estimated: Range | null): void;
  gaveUp(): void;
  noShow(): void;
  /** Once a tick. */
  inside(people: number): void;
  /** Once a second. */
  line(people: number, counters: Counters): void;
  outcome(final: { readonly counters: Counters; readonly visitors: number; readonly isDrained: boolean }): Outcome;
}

export function createTally(clock: Clock): Tally {
  const waits: number[] = [];
  const samples: Sample[] = [];
  const claimedAt: number[] = [];
  const predictions = { within: 0, outside: 0 };
  let [gaveUp, noShows, atOnce, insideNow] = [0, 0, 0, 0];
  let peakLine = { people: 0, at: 0 };
  let peakInside = { people: 0, at: 0 };
  let lastWaiting = 0;
  let admissions: readonly [first: number, last: number] | null = null;

  const elapsed = () => clock.tick / SECOND;

  function sample(people: number, { claimed }: Counters): void {
    claimedAt.push(claimed);
    const before = claimedAt.at(-1 - A_MINUTE) ?? 0;
    samples.push({ at: elapsed(), line: people, inside: insideNow, admitted: claimed - before });
  }

  function admittedPerMinute(): Outcome['admittedPerMinute'] {
    const most = samples.reduce((highest, { admitted }) => Math.max(highest, admitted), 0);
    const minutes = admissions ? (admissions[1] - admissions[0]) / 60 : 0;
    return { mean: minutes < 1 ? waits.length : waits.length / minutes, most };
  }

  return {
    admitted(waited, estimated) {
      const seconds = waited / SECOND;
      waits.push(seconds);
      if (waited === 0) atOnce += 1;
      admissions = [admissions?.[0] ?? elapsed(), elapsed()];
      if (estimated) predictions[seconds >= estimated.low && seconds <= estimated.high ? 'within' : 'outside'] += 1;
    },
    gaveUp() {
      gaveUp += 1;
    },
    noShow() {
      noShows += 1;
    },
    inside(people) {
      insideNow = people;
      if (people > peakInside.people) peakInside = { people, at: elapsed() };
    },
    line(people, counters) {
      if (people > peakLine.people) peakLine = { people, at: elapsed() };
      if (people > 0) lastWaiting = elapsed();
      if (clock.tick % BETWEEN === 0) sample(people, counters);
    },
    outcome({ counters, visitors, isDrained }) {
      waits.sort((one, other) => one - other);
      const quantile = (share: number) => waits[Math.min(waits.length - 1, Math.ceil(share * waits.length) - 1)] ?? 0;
      return {
        visitors,
        admitted: counters.claimed,
        atOnce,
        gaveUp,
        noShows,
        expired: counters.expired,
        completed: counters.completed,
        abandoned: counters.abandoned,
        waits: waits.length === 0 ? null : { p50: quantile(0.5), p95: quantile(0.95), max: waits.at(-1) ?? 0 },
        peakLine,
        peakInside,
        admittedPerMinute: admittedPerMinute(),
        drained: isDrained ? lastWaiting : null,
        predictions,
        lasted: elapsed(),
        samples,
      };
    },
  };
}
