/**
 * The verbs of a line, in one table: what each takes and answers, and the step that does it. The port, the journal of the
 * embedded store, the scripts of Redis and the model of the contract derive from it.
 */
import type { LineRules } from '../line-rules.ts';
import type { VisitorId } from '../visitor.ts';
import type { Admission } from './admission.ts';
import {
  type AdmissionUse,
  admission,
  type Confirmation,
  confirm,
  type Exits,
  type ExitsResult,
  renew,
  reportExits,
  takeExpired,
  useAdmission,
} from './admissions.ts';
import { type Counters, type LineView, view } from './counters.ts';
import { type Discarded, discard } from './discard.ts';
import type { DrawOpening, DrawResult } from './draw.ts';
import { announceDraw, type DrawRef, draw, drawResult, releaseDraw, withdrawDraw } from './draws.ts';
import {
  type EntrantHeartbeats,
  type Heartbeats,
  recordEntrantHeartbeats,
  recordHeartbeats,
  type Withdrawal,
  withdraw,
} from './heartbeats.ts';
import { type Entrant, type Joined, join } from './joins.ts';
import { type Restoration, restoreAdmissions, type UndoneClaim, undoClaim } from './ledger.ts';
import type { Line } from './line.ts';
import { type KnownDraws, type ViewForMemory, viewForMemory } from './lost-draws.ts';
import { type Note, note, recordPredictions, setAlarm } from './notes.ts';
import { type Opening, open } from './opening.ts';
import { type Claim, claim, extend, type Holder, leave, type Place, place, rejoin } from './place.ts';
import {
  type EndedNumbers,
  endedTurns,
  type OutageSpan,
  type RestoredNumbers,
  restoreTurns,
} from './restored-turns.ts';
import { configure } from './rules.ts';
import { type Raised, type RaiseStep, raise } from './serving.ts';
import type { Used } from './sessions.ts';
import { type FormerLine, takeOver } from './take-over.ts';
import { type FormerRaise, type UndoneRaise, undoRaise } from './undone-raises.ts';
import { type FormerReset, type Reset, reset, type UndoneReset, undoReset } from './undone-resets.ts';

// biome-ignore lint/suspicious/noConfusingVoidType: the output of verbs that answer nothing
type Nothing = void;

/** `input` is null for a verb that takes nothing. */
export interface LineVerbs {
  /** Whether the line is there afterwards: not where its room was deleted after the checkpoint. */
  open: { input: Opening; output: boolean };
  configure: { input: LineRules; output: Nothing };
  join: { input: readonly Entrant[]; output: readonly Joined[] | null };
  place: { input: Holder; output: Place };
  claim: { input: Claim; output: Place };
  /** For a ledger, which could not enter a claim. */
  undoClaim: { input: UndoneClaim; output: Nothing };
  /** For a ledger, which has the admissions of a line that was lost. */
  restoreAdmissions: { input: Restoration; output: Nothing };
  extend: { input: Holder; output: Place };
  rejoin: { input: Holder; output: Place };
  leave: { input: Holder; output: Nothing };
  /** The numbers whose turn or admission a span of time took, the lowest first. */
  endedTurns: { input: OutageSpan; output: EndedNumbers };
  /** Answers the numbers that it put at the front. */
  restoreTurns: { input: RestoredNumbers; output: readonly number[] };
  admission: { input: VisitorId; output: Admission | null };
  confirm: { input: VisitorId | Confirmation; output: Admission | null };
  useAdmission: { input: AdmissionUse; output: Used | null };
  renew: { input: VisitorId; output: Admission | null };
  recordHeartbeats: { input: Heartbeats; output: Nothing };
  recordEntrantHeartbeats: { input: EntrantHeartbeats; output: Nothing };
  withdraw: { input: Withdrawal; output: Nothing };
  /** For the adapter of a store, whose answer to a join was late or lost. */
  discard: { input: Discarded; output: Nothing };
  announceDraw: { input: DrawOpening; output: Nothing };
  /** Takes the event's id, as `draw` does. */
  withdrawDraw: { input: string; output: Nothing };
  draw: { input: string; output: Nothing };
  /** Takes the event's id. */
  releaseDraw: { input: string; output: Nothing };
  drawResult: { input: DrawRef; output: DrawResult | null };
  setAlarm: { input: boolean; output: Nothing };
  note: { input: Note; output: Nothing };
  recordPredictions: { input: Line['predictions']; output: Nothing };
  raise: { input: RaiseStep; output: Raised };
  undoRaise: { input: FormerRaise; output: UndoneRaise };
  reportExits: { input: Exits; output: ExitsResult };
  /** Takes how many at most. */
  takeExpired: { input: number; output: readonly VisitorId[] };
  reset: { input: Reset; output: Counters };
  /** For an hour after a reset. */
  undoReset: { input: FormerReset; output: UndoneReset };
  /** Whether it did: not where numbers are issued. */
  takeOver: { input: FormerLine; output: boolean };
  view: { input: null; output: LineView };
  /** Shows the seeds of draws that are not done: for line-memory.ts alone. */
  viewForMemory: { input: KnownDraws; output: ViewForMemory };
}

export type LineVerb = keyof LineVerbs;
export type Input<V extends LineVerb> = LineVerbs[V]['input'];
export type Output<V extends LineVerb> = LineVerbs[V]['output'];

const STEPS: { readonly [V in LineVerb]: (line: Line, input: Input<V>, now: number) => Output<V> } = {
  open,
  configure,
  join,
  place,
  claim,
  undoClaim,
  restoreAdmissions,
  extend,
  rejoin,
  leave,
  endedTurns,
  restoreTurns,
  admission,
  confirm,
  useAdmission,
  renew,
  recordHeartbeats,
  recordEntrantHeartbeats,
  withdraw,
  discard,
  announceDraw,
  withdrawDraw,
  draw,
  releaseDraw,
  drawResult,
  setAlarm,
  note,
  recordPredictions,
  raise,
  undoRaise,
  reportExits,
  takeExpired,
  reset,
  undoReset,
  takeOver,
  view: (line, _, now) => view(line, now),
  viewForMemory,
};

export const LINE_VERBS = Object.keys(STEPS) as readonly LineVerb[];

/** Does a verb. `changed` says whether a replay has to repeat it. */
export function perform<V extends LineVerb>(
  line: Line,
  verb: V,
  input: Input<V>,
  now: number,
): { readonly output: Output<V>; readonly changed: boolean } {
  const before = line.changes;
  const output = STEPS[verb](line, input, now);
  return { output, changed: line.changes !== before };
}
