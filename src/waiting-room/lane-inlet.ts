/**
 * The inlet of a room with lanes: one for all of them. The state of the default lane has its state, what each lane is
 * behind its share, and the raises of the other lanes. Each lane takes a raise once, since its own state says which it
 * took last: whichever process sees a raise that was not taken makes up for it.
 */
import type { Step } from './inlets/index.ts';
import { type Lane, laneTitle } from './lanes.ts';
import type { Sharer } from './lending/divide.ts';
import { splitTurns } from './lending/split-turns.ts';
import type { LineView } from './line/counters.ts';
import type { Raise } from './line/raise.ts';
import type { RaiseStep } from './line/serving.ts';

/** A lane as it was seen. */
export interface SeenLane extends Lane {
  readonly view: LineView;
}

/** The lanes of a room, the default lane first. */
export type SeenLanes = readonly [SeenLane, ...SeenLane[]];

/** A raise that a lane has to take: from which state of the lane, to which. */
interface DueRaise {
  readonly generation: number;
  readonly from: string;
  readonly to: string;
  readonly by: Raise;
}

/** Its JSON is stored, so its field names are for ever. */
interface LanesState {
  readonly inlet: string;
  readonly carry: readonly number[];
  readonly due: Readonly<Record<string, DueRaise>>;
}

export interface LanesStep {
  /** Of the default lane: null where nothing changes. */
  readonly own: RaiseStep | null;
  /** Of other lanes, once that of the default lane is taken. */
  readonly others: readonly { readonly lane: Lane; readonly by: RaiseStep }[];
  readonly skipped?: number | undefined;
}

const PREFIX = 'lanes ';

/**
 * The step of all lanes.
 *
 * @param tick the inlet, which gets its own part of the state.
 */
export function tickLanes(lanes: SeenLanes, tick: (state: string) => Step): LanesStep {
  const [{ view: own }, ...others] = lanes;
  const from = own.inletState;
  const before = readState(from);
  const { raise, state: inlet, skipped } = tick(before.inlet);
  const split = raise ? splitRaise(raise, lanes, before.carry) : null;
  const parts = split?.parts ?? [];
  const due = Object.fromEntries(
    others.flatMap(({ name, view }, i) => {
      const next = dueRaise(before.due[laneTitle(name)], view, parts[i + 1], own.clock);
      return next ? [[laneTitle(name), next]] : [];
    }),
  );
  const to = writeState({ inlet, carry: split?.carry ?? before.carry, due });
  const first = parts[0] ?? { people: 0 };
  return {
    own: to === from && countOf(first) === 0 ? null : { ...first, step: { from, to } },
    others: others.flatMap((lane) => {
      const raised = due[laneTitle(lane.name)];
      if (!raised || !isDue(raised, lane.view)) return [];
      return [{ lane, by: { ...raised.by, step: { from: raised.from, to: raised.to } } }];
    }),
    ...(skipped ? { skipped } : {}),
  };
}

/** What a lane has to take: the next part, and what it did not take of the last one. */
function dueRaise(
  last: DueRaise | undefined,
  { generation, inletState }: LineView,
  part: Raise | undefined,
  now: number,
): DueRaise | undefined {
  if (!part || countOf(part) === 0) return last;
  const isLate = last?.generation === generation && last.from === inletState;
  return {
    generation,
    from: inletState,
    to: `taken ${Math.max(now, takenOf(inletState) + 1)}`,
    by: isLate ? together(last.by, part) : part,
  };
}

/** The parts of a raise over all lanes. */
export function splitRaise(
  raise: Raise,
  lanes: readonly SeenLane[],
  before: readonly number[] = [],
): { readonly parts: readonly Raise[]; readonly carry: readonly number[] } {
  const carried = before.length === lanes.length ? before : [];
  if ('numbers' in raise) {
    const isLowered = raise.numbers < 0;
    const { parts, carry } = splitTurns(Math.abs(raise.numbers), lanes.map(isLowered ? lowered : overNumbers), carried);
    return { parts: parts.map((part) => ({ numbers: isLowered && part > 0 ? -part : part })), carry };
  }
  const { people, credits } = raise;
  const { parts, carry } = splitTurns(people, lanes.map(overPeople), carried);
  // So many places for newcomers stand open together, and one at least in each lane that has a share.
  const creditsOf = ({ share }: Lane) => (credits === undefined ? {} : { credits: Math.ceil(credits * share) });
  return { parts: parts.map((part, i) => ({ people: part, ...(lanes[i] ? creditsOf(lanes[i]) : {}) })), carry };
}

function overPeople({ share, view }: SeenLane): Sharer {
  const { counters, size, inside, held } = view;
  const credits = Math.max(0, counters.serving - counters.queue);
  const most = size === 0 ? undefined : Math.max(0, size - inside - held - credits);
  return { share, least: 0, wants: Math.min(counters.present, most ?? counters.present), most };
}

const overNumbers = ({ share, view }: SeenLane): Sharer => ({ share, least: 0, wants: view.counters.waiting });

/** What can be taken back is what is served and not claimed yet. */
function lowered({ share, view }: SeenLane): Sharer {
  const { serving, queue } = view.counters;
  const most = serving;
  return { share, least: 0, wants: Math.min(most, view.held + Math.max(0, serving - queue)), most };
}

const isDue = (due: DueRaise, { generation, inletState }: LineView) =>
  generation === due.generation && inletState === due.from;

const countOf = (raise: Raise) => ('numbers' in raise ? raise.numbers : raise.people);

/** A raise that was not taken, and the next one. Of different kinds only the next one counts. */
function together(late: Raise, next: Raise): Raise {
  if ('numbers' in next) return { numbers: next.numbers + ('numbers' in late ? late.numbers : 0) };
  return { ...next, people: next.people + ('people' in late ? late.people : 0) };
}

function takenOf(state: string): number {
  const [, taken] = /^taken (\d+)$/.exec(state) ?? [];
  return Number(taken ?? 0);
}

function readState(state: string): LanesState {
  if (!state.startsWith(PREFIX)) return { inlet: state, carry: [], due: {} };
  return JSON.parse(state.slice(PREFIX.length)) as LanesState;
}

const writeState = (state: LanesState): string => `${PREFIX}${JSON.stringify(state)}`;

/** The state of the inlet alone, where the room has no lanes any more. */
export const withoutLanes = (state: string): string => readState(state).inlet;
