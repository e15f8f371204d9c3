/**
 * The verbs that change a line, as records that can be written down and played again. Live verbs and the replay go
 * through the same {@link perform}.
 */
import type { Line } from '#waiting-room/line.ts';
import * as pure from '#waiting-room/line.ts';
import type {
  Counters,
  Entrant,
  Exits,
  ExitsResult,
  Holder,
  Joined,
  LineView,
  Place,
  Raise,
  Raised,
} from '#waiting-room/ports.ts';
import type { LineRules } from '#waiting-room/room.ts';

interface Heard {
  readonly generation: number;
  readonly numbers: readonly number[];
}

/** What each verb takes and answers. */
interface Verbs {
  configure: { takes: LineRules; answers: undefined };
  join: { takes: readonly Entrant[]; answers: readonly Joined[] | null };
  claim: { takes: Holder; answers: Place };
  rejoin: { takes: Holder; answers: Place };
  leave: { takes: Holder; answers: undefined };
  heard: { takes: Heard; answers: undefined };
  raise: { takes: Raise; answers: Raised };
  exits: { takes: Exits; answers: ExitsResult };
  reset: { takes: null; answers: Counters };
  view: { takes: null; answers: LineView };
}

export type Verb = keyof Verbs;
export type Takes<V extends Verb> = Verbs[V]['takes'];
export type Answers<V extends Verb> = Verbs[V]['answers'];

/** A verb that was done, when, and with what. */
export type Command = { [V in Verb]: readonly [verb: V, now: number, taken: Takes<V>] }[Verb];

const STEPS: { readonly [V in Verb]: (line: Line, taken: Takes<V>, now: number) => Answers<V> } = {
  configure: (line, rules, now) => {
    pure.configure(line, rules, now);
  },
  join: pure.join,
  claim: pure.claim,
  rejoin: pure.rejoin,
  leave: (line, holder, now) => {
    pure.leave(line, holder, now);
  },
  heard: (line, { generation, numbers }, now) => {
    pure.heard(line, generation, numbers, now);
  },
  raise: (line, by, now) => ({ raisedBy: pure.raise(line, by, now), counters: pure.counters(line) }),
  exits: (line, told, now) => ({ unknown: pure.exits(line, told, now), counters: pure.counters(line) }),
  reset: (line) => {
    Object.assign(line, pure.reset(line));
    return pure.counters(line);
  },
  view: (line, _, now) => pure.view(line, now),
};

export function perform<V extends Verb>(line: Line, verb: V, taken: Takes<V>, now: number): Answers<V> {
  return STEPS[verb](line, taken, now);
}

export function replay(line: Line, [verb, now, taken]: Command): void {
  perform(line, verb, taken, now);
}

/** Verbs that change what no scalar of the line shows: bits, rules. */
export const ALWAYS_CHANGES: ReadonlySet<Verb> = new Set(['configure', 'leave', 'heard']);

/**
 * Scalars of which every other verb changes one when it changes anything that matters. A view is among them: it brings
 * the line to its own time, and has to be played again where it let something run out, because the callers' clocks may
 * run a little behind each other.
 */
export function marks(line: Line): readonly number[] {
  return [
    line.generation,
    line.queue,
    line.serving,
    line.claimed,
    line.completed,
    line.abandoned,
    line.expired,
    line.held,
    line.released,
    line.returned.size,
    line.admissions.active,
    line.presence.windowStart,
  ];
}
