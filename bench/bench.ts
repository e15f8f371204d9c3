/** What a benchmark is: a name, what it measures, and what comes out. */
import type { Comparison } from './measure/compare.ts';
import type { Spread } from './measure/spread.ts';
import type { Stand } from './stand.ts';

/** One number that has to stay on one side of a bound. */
export interface Finding {
  readonly what: string;
  readonly value: Spread;
  readonly unit: string;
  /** Where there is a target. */
  readonly target?: { readonly at_least: number } | { readonly at_most: number };
}

export interface Outcome {
  readonly comparison?: Comparison;
  readonly findings: readonly Finding[];
}

export interface Bench {
  readonly name: string;
  /** One line for the table. */
  readonly about: string;
  run(stand: Stand): Promise<Outcome>;
}

/** The outcome of a comparison whose ratio has a target. */
export function compared(comparison: Comparison, atLeast: number): Outcome {
  return {
    comparison,
    findings: [{ what: 'ours ÷ baseline', value: comparison.ratio, unit: '×', target: { at_least: atLeast } }],
  };
}
