/** Random courses of events in one room, for properties of the pure line and of the stores. */
import fc from 'fast-check';
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

/** Few visitors and low numbers, so that the same ones meet again and again. */
const visitor = fc.integer({ min: 1, max: 12 }).map((n) => `v${n}`);
const number = fc.integer({ min: 0, max: 24 });
const generation = fc.oneof(
  { weight: 12, arbitrary: fc.constant(1) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 3 }) },
);
const holder = fc.record({ generation, number, visitor });
/** Mostly the visitor whose number it is, as it is with sealed tickets. */
const ownHolder = number.map((n) => ({ generation: 1, number: n, visitor: `v${(n % 12) + 1}` }));
const someHolder = fc.oneof({ weight: 5, arbitrary: ownHolder }, { weight: 1, arbitrary: holder });
const people = fc.array(visitor, { maxLength: 4 });

const duration = (...choices: number[]) => fc.constantFrom(...choices);

export const arbitraryRules: fc.Arbitrary<LineRules> = fc.record({
  mode: fc.oneof(
    { weight: 6, arbitrary: fc.constant('queue' as const) },
    { weight: 1, arbitrary: fc.constantFrom('passthrough' as const, 'paused' as const, 'closed' as const) },
  ),
  size: fc.constantFrom(0, 1, 2, 3, 5, 8),
  lifetime: duration(1500, 20_000, 60_000, 90_000_000),
  claimWindow: duration(1000, 7300, 30_000),
  presenceTimeout: duration(1000, 20_000, 90_000),
});

/** Each step but a change of rules; `reset` seldom. */
const plainSteps = {
  join: fc.record({
    verb: fc.constant('join' as const),
    entrants: fc.array(fc.record({ visitor, claim: fc.boolean() }), { maxLength: 5 }),
  }),
  place: fc.record({ verb: fc.constantFrom('place' as const), holder: someHolder }),
  claim: fc.record({ verb: fc.constant('claim' as const), holder: someHolder }),
  rejoin: fc.record({ verb: fc.constant('rejoin' as const), holder: someHolder }),
  leave: fc.record({ verb: fc.constant('leave' as const), holder: someHolder }),
  admission: fc.record({ verb: fc.constant('admission' as const), visitor }),
  heard: fc.record({ verb: fc.constant('heard' as const), generation, numbers: fc.array(number, { maxLength: 12 }) }),
  numbers: fc.record({
    verb: fc.constant('raise' as const),
    by: fc.record({ numbers: fc.integer({ min: -6, max: 8 }) }),
  }),
  people: fc.record({ verb: fc.constant('raise' as const), by: fc.record({ people: fc.integer({ min: 0, max: 8 }) }) }),
  exits: fc.record({
    verb: fc.constant('exits' as const),
    exits: fc.record({ exited: fc.integer({ min: 0, max: 2 }), completed: people, abandoned: people }),
  }),
  view: fc.record({ verb: fc.constant('view' as const) }),
};
const configureStep = fc.record({ verb: fc.constant('configure' as const), rules: arbitraryRules });
const resetStep = fc.record({ verb: fc.constant('reset' as const) });

const after = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 900 }) },
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 30_000 }) },
  { weight: 1, arbitrary: fc.constantFrom(200_000, 90_000_000) },
);

const plain = [
  { weight: 4, arbitrary: plainSteps.join },
  { weight: 1, arbitrary: plainSteps.place },
  { weight: 5, arbitrary: plainSteps.claim },
  { weight: 3, arbitrary: plainSteps.rejoin },
  { weight: 1, arbitrary: plainSteps.leave },
  { weight: 1, arbitrary: plainSteps.admission },
  { weight: 3, arbitrary: plainSteps.heard },
  { weight: 2, arbitrary: plainSteps.numbers },
  { weight: 3, arbitrary: plainSteps.people },
  { weight: 1, arbitrary: plainSteps.exits },
  { weight: 2, arbitrary: plainSteps.view },
];

const timed = <T extends object>(step: fc.Arbitrary<T>) =>
  fc.tuple(step, after).map(([what, when]) => ({ ...what, after: when }));

/** A course in which the rules stay. */
export const arbitraryQuietCourse: fc.Arbitrary<Course> = fc.record({
  rules: arbitraryRules.map((rules) => ({ ...rules, mode: 'queue' as const })),
  steps: fc.array(timed(fc.oneof(...plain)), { maxLength: 80, size: 'max' }),
});

/** A course in which anything may happen. */
export const arbitraryCourse: fc.Arbitrary<Course> = fc.record({
  rules: arbitraryRules,
  steps: fc.array(
    timed(fc.oneof(...plain, { weight: 1, arbitrary: configureStep }, { weight: 1, arbitrary: resetStep })),
    { maxLength: 80, size: 'max' },
  ),
});
