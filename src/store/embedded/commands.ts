/**
 * The verbs that change a line, as records that can be written down and played again. Live verbs and the replay go
 * through the same {@link perform}.
 */

import type { Admission } from '#waiting-room/line/admission.ts';
import type { Exits, ExitsResult } from '#waiting-room/line/admissions.ts';
import type { Counters, LineView } from '#waiting-room/line/counters.ts';
import type { DrawOpening, Entry } from '#waiting-room/line/draw.ts';
import type { Entrant, Joined } from '#waiting-room/line/joins.ts';
import type { Line, NoteName } from '#waiting-room/line/line.ts';
import * as pure from '#waiting-room/line/line.ts';
import type { Holder, Place } from '#waiting-room/line/place.ts';
import type { InletStep, Raise, Raised } from '#waiting-room/line/serving.ts';
import type { LineRules } from '#waiting-room/room.ts';
import type { VisitorId } from '#waiting-room/visitor.ts';

interface Heard {
  readonly generation: number;
  readonly numbers: readonly number[];
}

interface HeardEntrants {
  readonly generation: number;
  readonly draw: number;
  readonly indexes: readonly number[];
}

interface Withdrawal {
  readonly generation: number;
  readonly entry: Entry;
}

interface Note {
  readonly name: NoteName;
  readonly value: string;
}

/** What each verb takes and answers. */
interface Verbs {
  configure: { takes: LineRules; answers: undefined };
  join: { takes: readonly Entrant[]; answers: readonly Joined[] | null };
  claim: { takes: Holder; answers: Place };
  rejoin: { takes: Holder; answers: Place };
  leave: { takes: Holder; answers: undefined };
  renew: { takes: VisitorId; answers: Admission | null };
  heard: { takes: Heard; answers: undefined };
  heardEntrants: { takes: HeardEntrants; answers: undefined };
  withdraw: { takes: Withdrawal; answers: undefined };
  announceDraw: { takes: DrawOpening; answers: undefined };
  /** The two below take the event's id. */
  withdrawDraw: { takes: string; answers: undefined };
  draw: { takes: string; answers: undefined };
  alarm: { takes: boolean; answers: undefined };
  note: { takes: Note; answers: undefined };
  predicted: { takes: Line['predictions']; answers: undefined };
  raise: { takes: Raise & { readonly step?: InletStep | undefined }; answers: Raised };
  exits: { takes: Exits; answers: ExitsResult };
  reset: { takes: null; answers: Counters };
  view: { takes: null; answers: LineView };
}

export type Verb = keyof Verbs;
export type Takes<V extends Verb> = Verbs[V]['takes'];
export type Answers<V extends Verb> = Verbs[V]['answers'];

/**
 * A verb that was done, when by the caller's clock, with what, and the line's time before. That time may have come by
 * calls that changed nothing else and are not played again; how far a clock jumped back is counted from there. Earlier
 * versions did not write it: what they wrote was done at the line's time.
 */
export type Command = {
  [V in Verb]: readonly [verb: V, now: number, taken: Takes<V>, clock?: number];
}[Verb];

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
  renew: pure.renew,
  heardEntrants: (line, { generation, draw, indexes }, now) => {
    pure.heardEntrants(line, generation, draw, indexes, now);
  },
  withdraw: (line, { generation, entry }, now) => {
    pure.withdraw(line, generation, entry, now);
  },
  announceDraw: (line, opening, now) => {
    pure.announceDraw(line, opening, now);
  },
  withdrawDraw: (line, event, now) => {
    pure.withdrawDraw(line, event, now);
  },
  draw: (line, event, now) => {
    pure.draw(line, event, now);
  },
  alarm: (line, on) => {
    line.alarm = on;
  },
  note: (line, { name, value }) => {
    line.notes[name] = value;
  },
  predicted: ({ predictions }, { within, outside }) => {
    predictions.within += within;
    predictions.outside += outside;
  },
  raise: (line, { step, ...by }, now) => ({ ...pure.raise(line, by, now, step), counters: pure.counters(line) }),
  exits: (line, told, now) => ({ ...pure.exits(line, told, now), counters: pure.counters(line) }),
  reset: (line) => {
    Object.assign(line, pure.reset(line));
    return pure.counters(line);
  },
  view: (line, _, now) => pure.view(line, now),
};

export function perform<V extends Verb>(line: Line, verb: V, taken: Takes<V>, now: number): Answers<V> {
  return STEPS[verb](line, taken, now);
}

export function replay(line: Line, [verb, now, taken, clock]: Command): void {
  // Nothing ran out between the change before this one and then, or it would have been a change.
  line.clock = clock ?? line.clock;
  perform(line, verb, taken, now);
}

/** Verbs that change what no scalar of the line shows: bits, rules, texts. */
const ALWAYS_CHANGES: ReadonlySet<Verb> = new Set(['configure', 'leave', 'heard', 'heardEntrants', 'withdraw', 'note']);

/** Whether a verb that gave this answer may have changed what {@link marks} do not show. */
export function changesUnseen<V extends Verb>(verb: V, answer: Answers<V>): boolean {
  return ALWAYS_CHANGES.has(verb) || (verb === 'renew' && answer !== null);
}

/**
 * Scalars of which every other verb changes one when it changes anything that matters. A view is among them: it brings
 * the line to its own time, and has to be played again where it let something run out, because the callers' clocks may
 * run a little behind each other.
 *
 * The line's clock is not among them: a line that is played again is at the time of the last change. Between that and
 * the last call nothing ran out, or it would have been a change, so that whatever was answered holds at both times.
 */
export function marks(line: Line): readonly (number | string | boolean | null | undefined)[] {
  const draw = line.draws.at(-1);
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
    line.jumpedAt,
    line.skew,
    line.alarm,
    line.inletState,
    line.predictions.within,
    line.predictions.outside,
    line.draws.length,
    draw?.opensAt,
    draw?.order,
    draw?.arrivals,
    draw?.drawnAt,
    draw?.presence.windowStart,
  ];
}
