/** A benchmark: its name, its subject, and its outcome. */
import type { Comparison } from './measure/compare.ts';
import type { Spread } from './measure/spread.ts';
import type { Stand } from './stand.ts';

/** A measured value, with its target if there is one. */
export interface Finding {
  readonly what: string;
  readonly value: Spread;
  readonly unit: string;
  readonly target?: { readonly at_least: number } | { readonly at_most: number };
}

export interface Outcome {
  readonly comparison?: Comparison;
  readonly findings: readonly Finding[];
}

export interface Bench {
  readonly name: string;
  /** The subject, as one line of the table. */
  readonly about: string;
  run(stand: Stand): Promise<Outcome>;
}

/** The outcome of a comparison, with a target for the ratio. */
export function compared(comparison: Comparison, atLeast: number): Outcome {
  return {
    comparison,
    findings: [{ what: 'ours ÷ baseline', value: comparison.ratio, unit: '×', target: { at_least: atLeast } }],
  };
}
