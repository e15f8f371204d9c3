/** Events in one room as values, for properties of the pure line and of the stores. */
import type { Admission } from '#waiting-room/line/admission.ts';
import type { Exits, ExitsResult } from '#waiting-room/line/admissions.ts';
import type { Counters, LineView } from '#waiting-room/line/counters.ts';
import type { DrawOpening, DrawResult, Entry } from '#waiting-room/line/draw.ts';
import type { Entrant, Joined } from '#waiting-room/line/joins.ts';
import type { NoteName } from '#waiting-room/line/line.ts';
import type { Holder, Place } from '#waiting-room/line/place.ts';
import type { InletStep, Raise, Raised } from '#waiting-room/line/serving.ts';
import type { LineStore } from '#waiting-room/ports/line.ts';
import type { LineRules } from '#waiting-room/room.ts';

/** One verb with its arguments, `after` so many milliseconds; less than none where a clock jumps back. */
export type Step = { readonly after: number } & (
  | { readonly verb: 'configure'; readonly rules: LineRules }
  | { readonly verb: 'join'; readonly entrants: readonly Entrant[] }
  | { readonly verb: 'place' | 'claim' | 'rejoin' | 'leave'; readonly holder: Holder }
  | { readonly verb: 'admission' | 'renew'; readonly visitor: string }
  | { readonly verb: 'heard'; readonly generation: number; readonly numbers: readonly number[] }
  | { readonly verb: 'raise'; readonly by: Raise; readonly step?: InletStep | undefined }
  | {
      readonly verb: 'heardEntrants';
      readonly generation: number;
      readonly draw: number;
      readonly indexes: readonly number[];
    }
  | { readonly verb: 'withdraw'; readonly generation: number; readonly entry: Entry }
  | { readonly verb: 'announceDraw'; readonly opening: DrawOpening }
  | { readonly verb: 'draw' | 'withdrawDraw'; readonly event: string }
  | { readonly verb: 'drawResult'; readonly generation: number; readonly draw: number }
  | { readonly verb: 'alarm'; readonly on: boolean }
  | { readonly verb: 'note'; readonly name: NoteName; readonly value: string }
  | { readonly verb: 'predicted'; readonly within: number; readonly outside: number }
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
  | DrawResult
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
    case 'renew':
      return line[step.verb](id, step.visitor, now);
    case 'heard':
      return line.heard(id, step.generation, step.numbers, now);
    case 'raise':
      return line.raise(id, step.by, now, step.step);
    case 'heardEntrants':
      return line.heardEntrants(id, step.generation, step.draw, step.indexes, now);
    case 'withdraw':
      return line.withdraw(id, step.generation, step.entry, now);
    case 'announceDraw':
      return line.announceDraw(id, step.opening, now);
    case 'draw':
    case 'withdrawDraw':
      return line[step.verb](id, step.event, now);
    case 'drawResult':
      return line.drawResult(id, step.generation, step.draw);
    case 'alarm':
      return line.alarm(id, step.on, now);
    case 'note':
      return line.note(id, step.name, step.value);
    case 'predicted':
      return line.predicted(id, step.within, step.outside);
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
