/** Steps in one room as values, for properties of the pure line and of the stores. */
import type { Input, LineVerb, Output } from '#waiting-room/line/index.ts';
import type { LineRules } from '#waiting-room/line-rules.ts';
import { type LineStore, performOn } from '#waiting-room/ports/line.ts';

/** One verb with its input, `after` so many milliseconds; negative where a clock jumps back. */
export type Step = { readonly after: number } & {
  [V in LineVerb]: { readonly verb: V; readonly input: Input<V> };
}[LineVerb];

export interface Course {
  readonly incarnation: string;
  readonly rules: LineRules;
  readonly steps: readonly Step[];
}

export type Answer = Output<LineVerb>;

/** Does one step at `now`. */
export function play({ verb, input }: Step, line: LineStore, id: string, now: number): Promise<Answer> {
  return performOn(line)(id, verb, input, now);
}

/** Looks at the line, at the end of a course. */
export const VIEW: Step = { verb: 'view', after: 0, input: null };
