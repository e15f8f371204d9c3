/** Events in one room as values, for properties of the pure line and of the stores. */
import type {
  Admission,
  Counters,
  Entrant,
  Exits,
  ExitsResult,
  Holder,
  Joined,
  LineStore,
  LineView,
  Place,
  Raise,
  Raised,
} from '#waiting-room/ports.ts';
import type { LineRules } from '#waiting-room/room.ts';

/** One verb with its arguments, `after` so many milliseconds. */
export type Step = { readonly after: number } & (
  | { readonly verb: 'configure'; readonly rules: LineRules }
  | { readonly verb: 'join'; readonly entrants: readonly Entrant[] }
  | { readonly verb: 'place' | 'claim' | 'rejoin' | 'leave'; readonly holder: Holder }
  | { readonly verb: 'admission'; readonly visitor: string }
  | { readonly verb: 'heard'; readonly generation: number; readonly numbers: readonly number[] }
  | { readonly verb: 'raise'; readonly by: Raise }
  | { readonly verb: 'exits'; readonly exits: Exits }
  | { readonly verb: 'reset' }
  | { readonly verb: 'view' }
);

export interface Course {
  readonly rules: LineRules;
  readonly steps: readonly Step[];
}

export type Answer =
  | Place
  | Raised
  | ExitsResult
  | Counters
  | LineView
  | Admission
  | readonly Joined[]
  | null
  | undefined
  // biome-ignore lint/suspicious/noConfusingVoidType: what the verbs without an answer resolve to
  | void;

/** Does one step at `now`. */
export function play(step: Step, line: LineStore, id: string, now: number): Promise<Answer> {
  switch (step.verb) {
    case 'configure':
      return line.configure(id, step.rules, now);
    case 'join':
      return line.join(id, step.entrants, now);
    case 'place':
    case 'claim':
    case 'rejoin':
    case 'leave':
      return line[step.verb](id, step.holder, now);
    case 'admission':
      return line.admission(id, step.visitor, now);
    case 'heard':
      return line.heard(id, step.generation, step.numbers, now);
    case 'raise':
      return line.raise(id, step.by, now);
    case 'exits':
      return line.exits(id, step.exits, now);
    case 'reset':
      return line.reset(id, now);
    case 'view':
      return line.view(id, now);
  }
}

/** Looks at the line, at the end of a course. */
export const VIEW: Step = { verb: 'view', after: 0 };
