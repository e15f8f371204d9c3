import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rowTime } from '#waiting-room/line/admission.ts';
import type { Line } from '#waiting-room/line/index.ts';
import * as pure from '#waiting-room/line/index.ts';
import type { Holder } from '#waiting-room/line/place.ts';
import type { LineRules } from '#waiting-room/line-rules.ts';
import { arbitraryCourse, arbitraryLossyCourse, arbitraryQuietCourse } from '../store/contract/courses.ts';
import { RULES, T0 } from '../store/contract/room-under-test.ts';
import type { Course, Step } from '../store/contract/steps.ts';

const credits = (line: Line) => Math.max(0, line.serving - line.queue);
const taken = (line: Line) => line.admissions.active - line.released + line.held + credits(line);

/** Runs a course and looks at the line before and after every step; if settled, after what ends by itself has ended. */
function watch(
  course: Course,
  look: (before: Line, after: Line, step: Step, now: number) => void,
  { settled = false } = {},
): void {
  const line = pure.newLine(course.rules, 1, course.incarnation);
  pure.configure(line, course.rules, T0);
  let now = T0;
  for (const step of course.steps) {
    now += step.after;
    if (settled) pure.view(line, now);
    const before = remembered(line);
    pure.perform(line, step.verb, step.input, now);
    look(before, line, step, now);
  }
}

/** The scalars suffice for what is compared; bits and maps go on living in the line itself. */
const remembered = (line: Line): Line => ({
  ...line,
  admissions: { ...line.admissions },
  draws: line.draws.map((draw) => ({ ...draw })),
});

const isDrawing = (line: Line) => line.draws.at(-1)?.there === null;
/** Whether who joins is an entrant, at the line's time. */
const isOpen = (line: Line) => isDrawing(line) && (line.draws.at(-1)?.opensAt ?? 0) <= line.clock;

const numbersOf = (line: Line) => Array.from({ length: line.queue }, (_, n) => n + 1);

/** Somebody without any admission who holds the number. */
const stranger = ({ incarnation, generation }: Line, number: number): Holder => ({
  incarnation,
  generation,
  number,
  visitor: 'stranger',
});

/** A newcomer misses the turn. The next step looks at the visitor's admission, and settles nothing. */
const USED_LATE: Course = {
  incarnation: '',
  rules: { ...RULES, size: 0, challenge: true, presentFromJoin: false, presenceTimeout: 1000, claimWindow: 1000 },
  steps: [
    { verb: 'raise', after: 0, input: { numbers: 1 } },
    { verb: 'join', after: 0, input: [{ visitor: 'v1', claim: false }] },
    { verb: 'recordPredictions', after: 18_529, input: { within: 0, outside: 0 } },
    {
      verb: 'useAdmission',
      after: 12_471,
      input: { visitor: 'v1', serial: 0, limit: 1, attempt: 0, revocable: false },
    },
  ],
};

/** A newcomer is passed over and not heard for 31 s. Somebody looks just before these are over, or as they are. */
function lookedAtAtTheEnd(when: 'before' | 'at'): [Course, number[]] {
  const course: Course = {
    incarnation: '',
    rules: { ...RULES, presentFromJoin: false, presenceTimeout: 1000 },
    steps: [
      { verb: 'join', after: 0, input: [{ visitor: 'v1', claim: false }] },
      { verb: 'raise', after: 0, input: { people: 1 } },
      { verb: 'setAlarm', after: 14_000, input: false },
      { verb: 'setAlarm', after: 17_000, input: false },
    ],
  };
  return [course, [when === 'before' ? 16_000 : 17_000]];
}

describe('the line, in any order of events', () => {
  it('never has more places taken than its size, as long as it is a queue', () => {
    fc.assert(
      fc.property(arbitraryQuietCourse, (course) => {
        watch(course, (_, line) => {
          if (line.rules.size > 0) expect(taken(line)).toBeLessThanOrEqual(line.rules.size);
        });
      }),
      { numRuns: 500 },
    );
  });

  it('never takes places beyond its size, whatever its rules were before', () => {
    fc.assert(
      fc.property(arbitraryLossyCourse, (course) => {
        const look = (before: Line, line: Line, { verb }: Step) => {
          const { size, mode } = line.rules;
          if (size === 0 || mode === 'passthrough' || before.rules !== line.rules) return;
          // A ledger knows who is inside.
          const inside = verb === 'restoreAdmissions' ? line.admissions.active - before.admissions.active : 0;
          expect(taken(line)).toBeLessThanOrEqual(Math.max(size, taken(before) + Math.max(0, inside)));
        };
        watch(course, look, { settled: true });
      }),
      { numRuns: 500 },
    );
  });

  it('holds exactly the places that it counts, for served visitors', () => {
    fc.assert(
      fc.property(arbitraryLossyCourse, (course) => {
        watch(course, (_, line) => {
          const held = new Set([...line.holding.between(1, line.queue), ...line.servedAgain.keys()]);
          expect(line.held).toBe(held.size);
          for (const number of held) {
            expect(number).toBeLessThanOrEqual(line.serving);
            expect(line.spent.has(number) || line.returned.has(number)).toBe(false);
          }
        });
      }),
      { numRuns: 500 },
    );
  });

  it('counts exactly the waiting visitors as waiting, and loses nobody’s place', () => {
    fc.assert(
      fc.property(arbitraryLossyCourse, (course) => {
        watch(course, (_, line) => {
          const confirmed = numbersOf(line).filter((number) => !line.unconfirmed.has(number));
          const places = confirmed.map((number) => pure.place(line, stranger(line, number), line.clock));
          const waiting = places.filter(({ state }) => state === 'waiting' || state === 'returned');
          const counters = pure.counters(line);
          expect(counters.waiting).toBe(waiting.length);
          expect(counters.present).toBeLessThanOrEqual(counters.waiting);
          expect(places.some(({ state }) => state === 'stale')).toBe(false);
        });
      }),
      { numRuns: 300, examples: [[USED_LATE]] },
    );
  });

  it('counts each admission once: claimed is those that live and those that ended', () => {
    fc.assert(
      fc.property(arbitraryCourse, (course) => {
        watch(course, (_, line) => {
          const rows = line.admissions.expiries.entries.filter(({ row }) => row.status === 'active');
          expect(line.admissions.active).toBe(rows.length);
          expect(new Set(rows.map(({ row }) => row.visitor)).size).toBe(rows.length);
          const ended = line.completed + line.abandoned + line.lapses;
          expect(line.claimed).toBeGreaterThanOrEqual(line.admissions.active + ended);
          const provisional = rows.filter(({ row }) => row.confirmBy !== undefined);
          expect(line.admissions.provisional).toBe(provisional.length);
          expect(line.released).toBeGreaterThanOrEqual(0);
          expect(line.released).toBeLessThanOrEqual(line.admissions.active);
        });
      }),
      { numRuns: 500 },
    );
  });

  it('issues numbers in order, and uses each up for good, except one that is restored or whose admission lapsed once', () => {
    fc.assert(
      fc.property(arbitraryCourse, (course) => {
        const spent = new Set<string>();
        const lapsed = new Set<string>();
        watch(course, (before, line, step) => {
          if (step.verb === 'reset' || step.verb === 'undoReset') return;
          const isRestored = (number: number) => step.verb === 'restoreTurns' && step.input.numbers.includes(number);
          const numbered = step.verb === 'join' && line.rules.mode !== 'closed' && !isOpen(line);
          const drawn =
            step.verb === 'draw' && isDrawing(before) && !isDrawing(line) ? (line.draws.at(-1)?.entrants ?? 0) : 0;
          expect(line.queue).toBe(before.queue + drawn + (numbered ? step.input.length : 0));
          for (const number of numbersOf(line)) {
            const key = `${line.generation}/${number}`;
            if (line.spent.has(number)) spent.add(key);
            else if (spent.delete(key) && !isRestored(number)) {
              expect(line.lapsed.has(number) && !lapsed.has(key)).toBe(true);
              lapsed.add(key);
            }
          }
        });
      }),
      { numRuns: 300 },
    );
  });

  it('admits first whom it answers "first", once a number, and once more where it lapsed or was restored', () => {
    fc.assert(
      fc.property(arbitraryQuietCourse, (course) => {
        const line = pure.newLine(course.rules, 1, course.incarnation);
        const first = new Set<number>();
        const again = new Set<number>();
        const restored = new Set<number>();
        let admitted = 0;
        let now = T0;
        for (const step of course.steps) {
          now += step.after;
          if (step.verb !== 'claim') {
            for (const joined of step.verb === 'join' ? (pure.join(line, step.input, now) ?? []) : []) {
              if (joined.admission?.number === joined.number) first.add(joined.number);
            }
            if (step.verb !== 'join') pure.perform(line, step.verb, step.input, now);
            if (step.verb === 'restoreTurns') for (const number of step.input.numbers) restored.add(number);
            continue;
          }
          const place = pure.claim(line, step.input, now);
          if (place.state !== 'admitted' || !place.first) continue;
          const { number } = place.admission;
          if (first.has(number)) {
            const isLapsed = line.lapsed.has(number) && !again.has(number);
            expect(isLapsed || restored.has(number)).toBe(true);
            admitted += restored.has(number) && again.has(number) ? 1 : 0;
            again.add(number);
          } else first.add(number);
        }
        expect(line.claimed).toBe(first.size + again.size + admitted);
      }),
      { numRuns: 300 },
    );
  });

  it('gives the same place whether or not the line was viewed in between', () => {
    fc.assert(
      fc.property(arbitraryCourse, fc.array(fc.nat(30_000), { maxLength: 3 }), (course, looks) => {
        const [watched, alone] = [
          pure.newLine(course.rules, 1, course.incarnation),
          pure.newLine(course.rules, 1, course.incarnation),
        ];
        let now = T0;
        for (const line of [watched, alone]) pure.view(line, now);
        for (const step of course.steps) {
          if (step.verb === 'reset' || step.verb === 'configure') continue;
          // Callers may be a little behind. A jump back counts from when somebody looked last, so there is none here.
          const passes = Math.max(0, step.after);
          for (const look of looks.toSorted((a, b) => a - b)) pure.view(watched, now + Math.min(look, passes));
          now += passes;
          const at = now - Math.min(4000, passes - step.after);
          pure.perform(watched, step.verb, step.input, at);
          pure.perform(alone, step.verb, step.input, at);
          // Only its own visitor can know that an admission lapsed before the line is brought up to date.
          const time = rowTime(alone.admissions, now);
          const overdue = alone.admissions.rows.values().filter(({ confirmBy }) => (confirmBy ?? time + 1) <= time);
          const unsettled = new Set(overdue.map((row) => row.number));
          for (const number of numbersOf(alone)) {
            if (unsettled.has(number)) continue;
            const holder = stranger(alone, number);
            expect(pure.place(watched, holder, now)).toEqual(pure.place(alone, holder, now));
          }
          expect(pure.view(watched, now)).toEqual(pure.view(alone, now));
        }
      }),
      { numRuns: 200, examples: [lookedAtAtTheEnd('before'), lookedAtAtTheEnd('at')] },
    );
  });
});

describe('the line', () => {
  const lineOf = (rules: Partial<LineRules> = {}) => pure.newLine({ ...RULES, ...rules });
  const entrants = (count: number) => Array.from({ length: count }, (_, n) => ({ visitor: `v${n}`, claim: false }));

  it('shares a claim window among visitors who are served in the same second', () => {
    const line = lineOf();
    pure.join(line, entrants(1000), T0);
    for (let n = 0; n < 1000; n++) pure.raise(line, { numbers: 1 }, T0 + 1 + (n % 900));
    expect(line.batches).toHaveLength(1);
  });

  it('forgets windows and batches that are over', () => {
    const line = lineOf();
    for (let second = 0; second < 1000; second++) {
      pure.join(line, entrants(2), T0 + second * 1000);
      pure.raise(line, { numbers: 1 }, T0 + second * 1000);
    }
    expect(line.batches.length).toBeLessThanOrEqual(121);
  });

  it('keeps no row of an admission that is over, however it ended, and counts no late report of its exit', () => {
    const line = lineOf({ lifetime: 1000 });
    pure.raise(line, { numbers: 3 }, T0);
    pure.join(
      line,
      ['ann', 'bob', 'cy'].map((visitor) => ({ visitor, claim: true })),
      T0,
    );
    pure.reportExits(line, { exited: 0, completed: ['bob'], abandoned: [] }, T0);
    pure.leave(line, { generation: 1, number: 3, visitor: 'cy' }, T0);
    expect([...line.admissions.rows.keys()]).toEqual(['ann']);
    pure.view(line, T0 + 1000);
    expect(line.admissions.rows.size).toBe(0);
    const told = pure.reportExits(line, { exited: 0, completed: ['ann', 'bob'], abandoned: ['cy'] }, T0 + 2000);
    expect([told.unknown, told.ended]).toEqual([3, []]);
    expect(line).toMatchObject({ claimed: 3, completed: 1, abandoned: 1 });
  });

  it('forgets after a day when a number was restored', () => {
    const line = lineOf({ lifetime: 1000 });
    const day = 24 * 3_600_000;
    pure.join(line, [{ visitor: 'ann', claim: false }], T0);
    pure.leave(line, { visitor: 'ann', number: 1, generation: line.generation }, T0);
    expect(pure.perform(line, 'restoreTurns', { generation: line.generation, numbers: [1] }, T0).output).toEqual([1]);
    expect(line.ended.restoredAt.size).toBe(1);
    pure.raise(line, { numbers: 3 }, T0 + day + 1);
    pure.join(line, [{ visitor: 'bob', claim: true }], T0 + day + 1);
    pure.reportExits(line, { exited: 0, completed: [], abandoned: ['bob'] }, T0 + day + 2);
    expect(line.ended.restoredAt.size).toBe(0);
  });
});
