/** Random courses of events in one room. */
import fc from 'fast-check';
import type { Input, LineVerb, RememberedDraw } from '#waiting-room/line/index.ts';
import type { Holder } from '#waiting-room/line/place.ts';
import { type LineRules, NO_PLACES } from '#waiting-room/line-rules.ts';
import { T0 } from './room-under-test.ts';
import type { Course, Step } from './steps.ts';

/** Few visitors and low numbers, so that the same ones meet again and again. */
const visitor = fc.integer({ min: 1, max: 12 }).map((n) => `v${n}`);
const people = fc.array(visitor, { maxLength: 4 });

/** A step before it is known what was given until then: {@link resolve} makes numbers and generations of these. */
const pickedNumber = fc.nat(60);
const STRAY = 56;
const generationsAgo = fc.oneof(
  { weight: 15, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.constantFrom(1, -1) },
);
/** Mostly the visitor whose number it is, as it is with sealed tickets. */
const OWN = '';
const holder = fc.record({
  generation: generationsAgo,
  number: pickedNumber,
  visitor: fc.oneof({ weight: 12, arbitrary: fc.constant(OWN) }, { weight: 1, arbitrary: visitor }),
});

/** Most claims are those of a waiting page. */
const claim = fc
  .tuple(
    holder,
    fc.boolean(),
    fc.constantFrom({}, {}, { lifetime: 1000 }, { lifetime: 90_000, late: true }, { late: true }),
  )
  .map(([of, confirmed, terms]) => ({ ...of, confirmed, ...terms }));

/** Few serials, so that they come again. */
const serial = fc.oneof({ weight: 8, arbitrary: fc.integer({ min: 0, max: 4 }) }, fc.nat(30));
const confirmation = fc.oneof(
  visitor,
  fc.record({ visitor, serial, browser: fc.constantFrom(undefined, '', 'firefox-desktop', 'A_z-09') }),
);
const use = fc.record({
  visitor,
  serial,
  limit: fc.constantFrom(1, 2, 3, 3, 30),
  attempt: fc.constantFrom(0 as const, 1 as const, 2 as const, 2 as const),
  revocable: fc.boolean(),
  takeOver: fc.constantFrom(undefined, false, false, false, true),
});

const rules: fc.Arbitrary<LineRules> = fc.record({
  mode: fc.oneof(
    { weight: 6, arbitrary: fc.constant('queue' as const) },
    { weight: 1, arbitrary: fc.constantFrom('passthrough' as const, 'closed' as const) },
    { weight: 2, arbitrary: fc.constant('paused' as const) },
  ),
  size: fc.constantFrom(0, 1, 2, 3, 5, 8, NO_PLACES),
  sizeVersion: fc.constantFrom(undefined, undefined, 0, 1, 2, 3),
  lifetime: fc.constantFrom(1500, 20_000, 60_000, 90_000_000),
  claimWindow: fc.constantFrom(1000, 7300, 30_000),
  presenceTimeout: fc.constantFrom(1000, 20_000, 90_000),
  confirmWindow: fc.constantFrom(0, 1300, 10_000, 10_000),
  challenge: fc.constantFrom(undefined, false, true, true),
  unprovenPerAddress: fc.constantFrom(0, 1, 2, 20),
  presentFromJoin: fc.boolean(),
  missedTurnGrace: fc.constantFrom(undefined, 1000, 30_000, 1_800_000),
  pauseStops: fc.constantFrom(
    undefined,
    'claim_windows' as const,
    'claim_windows_and_admissions' as const,
    'claim_windows_and_admissions' as const,
  ),
});

const after = fc.oneof(
  { weight: 20, arbitrary: fc.nat(900) },
  { weight: 6, arbitrary: fc.nat(30_000) },
  { weight: 1, arbitrary: fc.constantFrom(200_000, 90_000_000) },
  { weight: 2, arbitrary: fc.integer({ min: -30_000, max: -1 }) },
  { weight: 1, arbitrary: fc.constantFrom(-65_000, -3_600_000, -90_000_000) },
);

const entrants = fc.array(
  fc.record({
    visitor,
    claim: fc.boolean(),
    confirmed: fc.boolean(),
    proven: fc.constantFrom(undefined, false, false, true),
    address: fc.constantFrom(undefined, null, 'a', 'b', 'narrow-1wide-one', 'narrow-2wide-one', 'narrow-3wide-two'),
  }),
  { maxLength: 5 },
);
const numbers = fc.array(pickedNumber, { maxLength: 12 });
/** The name of an operator's request. There are few, so that they come again. */
const request = fc.option(fc.constantFrom('one', 'two', 'three'), { nil: undefined, freq: 2 });
const exits = fc.record({ exited: fc.nat(2), completed: people, abandoned: people, request });
const raise = fc.oneof(
  fc.record({ numbers: fc.integer({ min: -6, max: 8 }) }),
  fc.record({ people: fc.nat(8) }),
  fc.record({ people: fc.nat(8), credits: fc.nat(3) }),
);
/** Of an inlet with few states, so that its steps are often taken and often not. */
const inletState = fc.constantFrom('', 'a', 'b');
const step = fc.option(fc.record({ from: inletState, to: inletState }), { nil: undefined });

/** Of few events, so that the same one is drawn and announced again. */
const event = fc.constantFrom('opening', 'encore', 'finale');
const opening = fc.record({
  event,
  order: fc.constantFrom('draw' as const, 'arrival' as const),
  seed: fc.constantFrom('c2VlZA', 'c2FsdA'),
  seedHash: fc.constantFrom('00ff', 'ff00'),
  opensAt: fc.oneof(
    { weight: 3, arbitrary: fc.constant(0) },
    { weight: 2, arbitrary: fc.nat(200_000).map((later) => T0 + later) },
  ),
});
/** 0 is the latest draw. */
const drawsAgo = fc.oneof(
  { weight: 8, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.constantFrom(1, 2, -1) },
);
/** Once in a while of nobody. */
const index = fc.oneof({ weight: 15, arbitrary: fc.nat(20) }, { weight: 1, arbitrary: fc.constantFrom(-1, 1000) });
const indexes = fc.array(index, { maxLength: 12 });
const entry = fc.record({ draw: drawsAgo, index });

const predictions = fc.record({ within: fc.nat(3), outside: fc.nat(3) });
const note = fc.record({
  name: fc.constantFrom('signal' as const, 'meter' as const, 'told' as const, 'allotments' as const),
  value: fc.constantFrom('', '{"latency":80}', '„ä“'),
  from: fc.constantFrom(undefined, '', '{"latency":80}'),
});
const heartbeats = fc.record({
  generation: generationsAgo,
  numbers,
  proven: fc.option(fc.array(pickedNumber, { maxLength: 8 }), { nil: undefined }),
  lasting: fc.boolean(),
});
const entrantHeartbeats = fc.record({ generation: generationsAgo, draw: drawsAgo, indexes });
const withdrawal = fc.record({ generation: generationsAgo, entry });
const raiseStep = fc.tuple(raise, step, request).map(([by, taken, name]) =>
  // A step of an inlet has no name.
  taken ? { ...by, step: taken } : { ...by, request: name },
);

/** A verb with an input, `weight` times as often as one of weight 1. */
const often = <V extends LineVerb>(weight: number, verb: V, input: fc.Arbitrary<Input<V>>) => ({
  weight,
  arbitrary: fc.record({ verb: fc.constant(verb), after, input }) as fc.Arbitrary<Step>,
});

/** A line without one takes no number above its counter for issued. */
const none = fc.constant('');
/** A span of an outage, so many ms from the start and so long; and what an operator restores. */
const outage = fc
  .record({
    ...{ from: fc.nat(400_000), long: fc.nat(200_000), max: fc.constantFrom(1, 3, 100) },
    after: fc.constantFrom(undefined, 0, 1, 3),
  })
  .map(({ from, long, max, after }) => ({ from: T0 + from, to: T0 + from + long, max, after }));
const restored = fc.record({ incarnation: none, generation: generationsAgo, numbers });

/** A raise that there may have been. */
const formerRaise = fc
  .record({ generation: generationsAgo, from: fc.nat(30), long: fc.nat(12), isPreview: fc.boolean() })
  .map(({ long, ...of }) => ({ ...of, incarnation: '', to: of.from + long }));

const nothing = fc.constant(null);
/** Of a memory that may be of the generation before. */
const known = fc.record({
  incarnation: none,
  generation: generationsAgo,
  done: fc.constantFrom(0, 0, 1, 2, 9),
  withEntrants: fc.boolean(),
});
const ordinary = [
  often(10, 'join', entrants),
  often(2, 'place', holder),
  often(14, 'claim', claim),
  often(6, 'extend', holder),
  often(8, 'rejoin', holder),
  often(4, 'leave', holder),
  often(2, 'admission', visitor),
  often(3, 'endedTurns', outage),
  often(3, 'restoreTurns', restored),
  often(8, 'recordHeartbeats', heartbeats),
  often(12, 'raise', raiseStep),
  often(5, 'undoRaise', formerRaise),
  often(4, 'confirm', confirmation),
  often(8, 'useAdmission', use),
  often(2, 'renew', visitor),
  often(4, 'reportExits', exits),
  often(4, 'view', nothing),
  often(2, 'viewForMemory', known),
  often(2, 'takeExpired', fc.constantFrom(1, 5, 100)),
  often(1, 'setAlarm', fc.boolean()),
  often(1, 'note', note),
  often(1, 'recordPredictions', predictions),
];
const drawing = [
  often(3, 'announceDraw', opening),
  often(6, 'recordEntrantHeartbeats', entrantHeartbeats),
  often(3, 'withdraw', withdrawal),
  often(4, 'draw', event),
  often(1, 'releaseDraw', event),
  often(1, 'withdrawDraw', event),
  often(3, 'drawResult', fc.record({ generation: generationsAgo, draw: drawsAgo })),
];
const bits = fc.uint8Array({ maxLength: 3 });
/** A draw as a process remembers it, done or not. */
const rememberedDraw = fc
  .record({
    settled: opening,
    committedAt: fc.nat(3).map((later) => T0 + later),
    arrivals: fc.nat(20),
    drawnAt: fc.nat(3).map((later) => T0 + 10 + later),
    base: fc.nat(60),
    entrants: fc.nat(20),
    released: fc.constantFrom(undefined, undefined, true as const),
    there: bits,
    present: bits,
    withdrawn: bits,
  })
  .map(({ settled, ...more }) => ({ ...settled, ...more }));
/** All but the last are done, and no event is drawn twice. */
const rememberedDraws = fc
  .tuple(fc.uniqueArray(rememberedDraw, { maxLength: 3, selector: (draw) => draw.event }), fc.boolean())
  .map(([draws, isLastDone]) =>
    draws.map((each, i): RememberedDraw => {
      const { present, withdrawn, there, released, drawnAt, entrants, ...draw } = { ...each, draw: i + 1 };
      return i < draws.length - 1 || isLastDone
        ? { ...draw, drawnAt, entrants, released, there, present: null, withdrawn: null }
        : { ...draw, drawnAt: null, entrants: null, base: 0, there: null, present, withdrawn };
    }),
  );
/** What a process saw of the line, or might have. Its generation is so many above the current one. */
const checkpoint = fc.record({
  incarnation: fc.constantFrom(OWN, OWN, OWN, 'other'),
  generation: fc.constantFrom(0, 0, 0, 0, 1, -1),
  shifted: fc.constantFrom(undefined, 0, -3_600_000, 5000),
  counters: fc.record({
    queue: fc.nat(90),
    serving: fc.nat(120),
    waiting: fc.constant(0),
    present: fc.constant(0),
    claimed: fc.nat(40),
    active: fc.nat(9),
    completed: fc.nat(20),
    abandoned: fc.nat(20),
    expired: fc.nat(20),
  }),
  turns: fc.nat(100),
  joinPeak: fc.constantFrom(0, 10, 70),
  alarm: fc.boolean(),
  inletState,
  notes: fc.constant({ signal: '', meter: '', told: '', allotments: '' }),
  draws: fc.option(rememberedDraws, { nil: undefined, freq: 8 }),
});
const openings = fc.record({
  rules,
  incarnation: fc.constant('another'),
  checkpoint: fc.option(checkpoint, { freq: 8 }),
});
/** Numbers as they were picked; the last may be below the first, so that there are none. */
const discarded = fc.record({
  generation: generationsAgo,
  draw: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constant(1) }),
  from: pickedNumber,
  to: pickedNumber,
  visitors: people,
});
/** Claims that a ledger could not enter, and admissions that a line lost. */
const undone = fc.tuple(holder, fc.boolean()).map(([of, again]) => ({ ...of, again }));
const restoration = fc.record({
  incarnation: none,
  generation: generationsAgo,
  isComplete: fc.constantFrom(undefined, false, true),
  admissions: fc.array(
    fc.record({
      visitor: fc.constant(OWN),
      number: pickedNumber,
      issuedAt: fc.constant(T0),
      expiresAt: fc.constantFrom(T0 + 1500, T0 + 60_000, T0 + 90_000_000),
    }),
    { maxLength: 4 },
  ),
});
const formerReset = fc.boolean().map((isPreview) => ({ incarnation: OWN, isPreview }));
const extraordinary = [
  often(3, 'configure', rules),
  often(2, 'reset', fc.constant({ incarnation: OWN })),
  often(3, 'undoReset', formerReset),
];
/** A store that lost writes: processes bring the line up to what they saw, and tickets prove numbers above its counter. */
const losses = [
  often(2, 'open', openings),
  often(2, 'discard', discarded),
  often(3, 'undoClaim', undone),
  often(2, 'restoreAdmissions', restoration),
];

const LONG = { maxLength: 80, size: 'max' } as const;

/** A course in which the rules stay as they are, those of a queue. */
export const arbitraryQuietCourse: fc.Arbitrary<Course> = fc
  .record({
    incarnation: none,
    rules: rules.map((some) => ({ ...some, mode: 'queue' as const })),
    steps: fc.array(fc.oneof(...ordinary, ...drawing), LONG),
  })
  .map(resolve);

/** A course in which anything may happen, but the store loses nothing. */
export const arbitraryCourse: fc.Arbitrary<Course> = fc
  .record({ incarnation: none, rules, steps: fc.array(fc.oneof(...ordinary, ...drawing, ...extraordinary), LONG) })
  .map(resolve);

/** A course in which the store may lose writes too. */
export const arbitraryLossyCourse: fc.Arbitrary<Course> = fc
  .record({
    incarnation: fc.constantFrom('', 'first'),
    rules,
    steps: fc.array(fc.oneof(...ordinary, ...drawing, ...extraordinary, ...losses), LONG),
  })
  .map(resolve);

const shortly = fc.oneof(
  { weight: 8, arbitrary: fc.nat(900) },
  { weight: 8, arbitrary: fc.nat(9000) },
  { weight: 1, arbitrary: fc.constantFrom(-65_000, -3_600_000, 200_000) },
);
const pauses = rules.map((some) => ({
  ...some,
  size: 0,
  mode: some.mode === 'closed' ? ('paused' as const) : some.mode,
  claimWindow: Math.max(some.claimWindow, 7300),
}));

/** A course with many turns, and pauses that stop claim windows or not. */
export const arbitraryPausedCourse: fc.Arbitrary<Course> = fc
  .record({
    incarnation: none,
    rules: pauses,
    steps: fc.array(
      fc
        .tuple(
          fc.oneof(
            often(6, 'join', entrants),
            often(6, 'raise', fc.record({ numbers: fc.integer({ min: -1, max: 4 }) })),
            often(4, 'configure', pauses),
            often(8, 'place', holder),
            often(3, 'extend', holder),
            often(3, 'rejoin', holder),
            often(2, 'undoClaim', undone),
            often(4, 'claim', claim),
            often(2, 'confirm', confirmation),
            often(2, 'useAdmission', use),
            often(2, 'renew', visitor),
            often(3, 'admission', visitor),
            often(1, 'reportExits', exits),
            often(1, 'takeExpired', fc.constantFrom(1, 5, 100)),
            often(1, 'leave', holder),
            often(3, 'view', nothing),
            often(3, 'recordHeartbeats', heartbeats),
          ),
          shortly,
        )
        .map(([step, after]): Step => ({ ...step, after })),
      LONG,
    ),
  })
  .map(resolve);
/** What happens to a line while few are let in. */
const meanwhile = [
  often(6, 'join', fc.array(fc.record({ visitor, claim: fc.constant(false) }), { maxLength: 4 })),
  often(2, 'place', holder),
  often(2, 'leave', holder),
  often(3, 'recordHeartbeats', heartbeats),
  often(2, 'raise', raiseStep),
  often(2, 'reportExits', exits),
  often(1, 'configure', rules),
  often(1, 'reset', fc.constant({ incarnation: OWN })),
  ...drawing,
];

/** A course with a reset that is undone. */
export const arbitraryUndoneReset: fc.Arbitrary<Course> = fc
  .record({
    incarnation: fc.constantFrom('', 'first'),
    rules,
    before: fc.array(fc.oneof(...ordinary, ...drawing), { maxLength: 40, size: 'max' }),
    since: fc.array(fc.oneof(...meanwhile), { maxLength: 8, size: 'max' }),
    afterwards: fc.array(fc.oneof(...ordinary, ...drawing, ...extraordinary), { maxLength: 25, size: 'max' }),
    long: fc.constantFrom(0, 1000, 100_000, 3_599_000, 3_700_000, -20_000),
  })
  .map(({ incarnation, rules: first, before, since, afterwards, long }) => {
    const reset: Step = { verb: 'reset', after: 10, input: { incarnation: OWN } };
    const undo: Step = { verb: 'undoReset', after: long, input: { incarnation: OWN, isPreview: false } };
    return resolve({ incarnation, rules: first, steps: [...before, reset, ...since, undo, ...afterwards] });
  });

/** The same course, with clocks that never jump back. */
export const withoutJumps = ({ steps, ...course }: Course): Course => ({
  ...course,
  steps: steps.map((step) => ({ ...step, after: Math.max(0, step.after) })),
});

/** Makes holders and numbers mean somebody who is there by then, and once in a while nobody. */
function resolve(course: Course): Course {
  const { incarnation } = course;
  let owners: string[] = [];
  let generation = 1;
  let epoch = 1;
  let kept: {
    readonly owners: string[];
    readonly events: string[];
    readonly entrants: string[] | null;
    readonly generation: number;
    readonly opensAt: number;
  } | null = null;
  let { mode } = course.rules;
  let events: string[] = [];
  /** Who came to the draw that is not done; null where there is none. */
  let entrants: string[] | null = null;
  let opensAt = 0;
  let [now, latest] = [T0, T0];

  /** Once in a while 0, or one too many. */
  const numberOf = (picked: number) => {
    if (picked >= STRAY) return picked % 2 === 0 ? 0 : owners.length + 1;
    return 1 + ((picked * 7919) % Math.max(1, owners.length));
  };
  const holderOf = (picked: Holder): Holder => {
    const number = numberOf(picked.number);
    const own = owners[number - 1] ?? 'nobody';
    return {
      incarnation,
      generation: generation - picked.generation,
      number,
      visitor: picked.visitor === OWN ? own : picked.visitor,
    };
  };

  const drawOf = (ago: { generation: number; draw: number }) => ({
    incarnation,
    generation: generation - ago.generation,
    draw: events.length - ago.draw,
  });

  const steps = course.steps.map((step): Step => {
    now += step.after;
    // As if no jump back were followed.
    latest = Math.max(latest, now);
    switch (step.verb) {
      case 'configure':
        mode = step.input.mode;
        return step;
      case 'join':
        if (mode !== 'closed')
          (entrants && opensAt <= latest ? entrants : owners).push(...step.input.map((entrant) => entrant.visitor));
        return step;
      case 'announceDraw':
        if (entrants?.length === 0 && events.at(-1) === step.input.event) opensAt = step.input.opensAt;
        if (entrants || events.includes(step.input.event)) return step;
        events.push(step.input.event);
        entrants = [];
        opensAt = step.input.opensAt;
        return step;
      case 'withdrawDraw':
        if (entrants?.length !== 0 || events.at(-1) !== step.input) return step;
        events.pop();
        entrants = null;
        return step;
      case 'draw':
        if (!entrants || events.at(-1) !== step.input) return step;
        // As if all of them had stayed. The line trusts a holder to be the visitor who has the number.
        owners.push(...entrants);
        entrants = null;
        return step;
      case 'releaseDraw':
        if (events.at(-1) === step.input) entrants = null;
        return step;
      case 'undoClaim':
        return { ...step, input: { ...step.input, ...holderOf(step.input) } };
      case 'restoreAdmissions': {
        const admissions = step.input.admissions.map((each) => ({
          ...each,
          ...pickFields(holderOf({ ...each, generation: 0 })),
        }));
        const { isComplete, generation: ago } = step.input;
        return { ...step, input: { incarnation, generation: generation - ago, isComplete, admissions } };
      }
      case 'viewForMemory':
        return { ...step, input: { ...step.input, incarnation, generation: generation - step.input.generation } };
      case 'recordEntrantHeartbeats':
        return { ...step, input: { ...step.input, ...drawOf(step.input) } };
      case 'drawResult':
        return { ...step, input: drawOf(step.input) };
      case 'withdraw': {
        const { generation, entry } = step.input;
        const { draw, ...current } = drawOf({ generation, draw: entry.draw });
        return { ...step, input: { ...current, entry: { ...entry, draw } } };
      }
      case 'discard': {
        const { generation: ago, draw, from, to, visitors } = step.input;
        const [first, last] = draw ? [from % 8, to % 8] : [numberOf(from), numberOf(to)];
        const of = { incarnation, generation: generation - ago, draw: draw && events.length };
        return { ...step, input: { ...of, from: first, to: last, visitors } };
      }
      case 'open': {
        const { checkpoint } = step.input;
        if (!checkpoint) return step;
        const seen = {
          ...checkpoint,
          incarnation: checkpoint.incarnation === OWN ? incarnation : checkpoint.incarnation,
          generation: generation + checkpoint.generation,
        };
        if (seen.incarnation === incarnation && seen.generation >= generation) {
          if (seen.generation > generation) {
            [owners, events, entrants, generation] = [[], [], null, seen.generation];
            epoch = Math.max(epoch, generation);
          }
          const { queue } = seen.counters;
          // As far as the line moves on past the numbers that were seen, at least.
          if (queue > owners.length) owners.push(...Array.from({ length: queue + 100 - owners.length }, () => 'lost'));
          const draws = seen.draws ?? [];
          if (draws.length > events.length) {
            events = draws.map((draw) => draw.event);
            const next = draws.at(-1);
            entrants = next?.drawnAt === null ? Array.from({ length: next.arrivals }, () => 'lost') : null;
            opensAt = next?.opensAt ?? 0;
          }
        }
        return { ...step, input: { ...step.input, checkpoint: seen } };
      }
      case 'reset':
        kept = { owners, events, entrants, generation, opensAt };
        owners = [];
        events = [];
        entrants = null;
        epoch += 1;
        generation = epoch;
        return { ...step, input: { incarnation } };
      case 'undoReset':
        // As if nobody had been let in.
        if (kept && !step.input.isPreview) {
          ({ owners, events, entrants, generation, opensAt } = kept);
          epoch += 1;
          kept = null;
        }
        return { ...step, input: { ...step.input, incarnation } };
      case 'recordHeartbeats': {
        const { generation: ago, numbers, proven, lasting } = step.input;
        const of = { incarnation, generation: generation - ago, lasting };
        return { ...step, input: { ...of, numbers: numbers.map(numberOf), proven: proven?.map(numberOf) } };
      }
      case 'undoRaise':
        return { ...step, input: { ...step.input, incarnation, generation: generation - step.input.generation } };
      case 'restoreTurns': {
        const { generation: ago, numbers } = step.input;
        return { ...step, input: { incarnation, generation: generation - ago, numbers: numbers.map(numberOf) } };
      }
      case 'claim': {
        const { confirmed, lifetime, late } = step.input;
        const terms = { ...(lifetime === undefined ? {} : { lifetime }), ...(late ? { late } : {}) };
        return { ...step, input: { ...holderOf(step.input), confirmed, ...terms } };
      }
      case 'place':
      case 'extend':
      case 'rejoin':
      case 'leave':
        return { ...step, input: holderOf(step.input) };
      default:
        return step;
    }
  });
  return { ...course, steps };
}

/** A ledger has numbers from 1 on. */
const pickFields = ({ number, visitor }: Holder) => ({ number: Math.max(1, number), visitor });
