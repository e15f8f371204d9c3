/** Opening a line: creating it, or bringing one that lost writes up to what a process saw of it. */
import type { LineRules } from '../line-rules.ts';
import { addAdmission, LOST } from './admission.ts';
import type { Counters } from './counters.ts';
import { freePlaces, type Line, newLine } from './line.ts';
import { forgetEntrants, lacksDraws, type RememberedDraw, restoreDraws, restoreEntrants } from './lost-draws.ts';
import type { NoteName } from './note-name.ts';
import { applyRules, beginLine } from './rules.ts';
import { settle } from './settle.ts';
import { passStoppedTime, stopsAdmissions } from './stopped-admissions.ts';
import { compareSuccession, epochOf } from './succession.ts';
import { markUnconfirmed, moveOn } from './unconfirmed.ts';

/** What a process saw of a line, up to a second before it was lost. */
export interface Checkpoint {
  readonly incarnation: string;
  readonly generation: number;
  /** Left out by the version before, as `epoch` is (succession.ts). */
  readonly lineage?: string | undefined;
  readonly epoch?: number | undefined;
  /** Left out by early versions. */
  readonly shifted?: number | undefined;
  /** Left out by the version before: for how long pauses had stopped admissions, and, in one that does, until when. */
  readonly stopped?: number | undefined;
  readonly stoppedAt?: number | undefined;
  /** `queue` is the highest number that is known to be issued. */
  readonly counters: Counters;
  readonly turns: number;
  readonly joinPeak: number;
  readonly alarm: boolean;
  readonly inletState: string;
  readonly notes: Readonly<Record<NoteName, string>>;
  /** The draws of this generation, in order, each with its bits. Earlier versions did not remember them. */
  readonly draws?: readonly RememberedDraw[] | undefined;
}

export interface Opening {
  readonly rules: LineRules;
  /** Random; for a line that is new. */
  readonly incarnation: string;
  /** Null if nothing is known of the line. */
  readonly checkpoint: Checkpoint | null;
}

/** What may have been issued after the checkpoint was taken: joins of so many seconds at the highest rate, or so many. */
const UNSEEN_SECONDS = 3;
const UNSEEN_LEAST = 100;

/**
 * The line of an opening where there is none. `tombstone` is the last generation of a deleted room of that name, or 0:
 * null where the checkpoint is from before the deletion.
 */
export function lineFor({ rules, incarnation, checkpoint }: Opening, tombstone: number): Line | null {
  if (!checkpoint) return newLine(rules, tombstone + 1, incarnation);
  if (checkpoint.generation <= tombstone) return null;
  const { generation, lineage = '', epoch = 0 } = checkpoint;
  return { ...newLine(rules, generation, checkpoint.incarnation), lineage, epoch };
}

/**
 * Brings a line up to a checkpoint: the latest of its lineage, the greater of each counter, the draws. Any number of
 * processes may do so at once, in any order. A line of another lineage stays as it is, and one that is up to the
 * checkpoint takes only what it lacks of draws.
 */
export function open(line: Line, { checkpoint }: Opening, at: number): boolean {
  const isNew = line.clock === 0;
  if (isNew) applyRules(line, at);
  const later = checkpoint && compareSuccession(checkpoint, line);
  if (!checkpoint || later === null || later < 0) return true;
  const isOlder = checkpoint.incarnation !== line.incarnation || checkpoint.generation !== line.generation;
  if (isOlder) beginLine(line, checkpoint);
  else if (later > 0) line.epoch = epochOf(checkpoint);
  const { counters, draws = [] } = checkpoint;
  const hasLost = isNew || isOlder || isBehind(line, counters) || lacksDraws(line.draws, draws);
  const now = settle(line, at);
  if (isNew) takeOver(line, checkpoint, now);
  if (later > 0 && !isOlder) forgetEntrants(line, now);
  if (hasLost) restore(line, checkpoint, now);
  restoreDraws(line, draws, unseenJoins(line), now);
  restoreEntrants(line, draws, unseenJoins(line), now);
  return true;
}

function restore(line: Line, { counters, joinPeak, turns }: Checkpoint, now: number): void {
  line.joinPeak = Math.max(line.joinPeak, joinPeak);
  line.turns = Math.max(line.turns, turns);
  for (const name of ['completed', 'abandoned', 'expired'] as const) {
    line[name] = Math.max(line[name], counters[name]);
  }
  restoreAdmissions(line, counters, now);
  restoreNumbers(line, counters);
  line.heartbeatsSince = now;
  applyRules(line, now);
}

function isBehind(line: Line, { queue, serving, claimed }: Counters): boolean {
  return queue > line.queue || Math.min(serving, queue) > line.serving || claimed > line.claimed;
}

/** How many may have joined after the checkpoint was taken. */
function unseenJoins(line: Line): number {
  return Math.max(UNSEEN_LEAST, UNSEEN_SECONDS * line.joinPeak);
}

/** What is not counted: for a line that is new, as the process saw it last. */
function takeOver(line: Line, checkpoint: Checkpoint, now: number): void {
  const { shifted = 0, stopped = 0, stoppedAt = 0, alarm, inletState, notes } = checkpoint;
  line.shifted = shifted;
  line.admissions.stopped = stopped;
  // The pause went on while the line was lost.
  if (stoppedAt > 0 && stopsAdmissions(line)) passStoppedTime(line, Math.max(0, now - stoppedAt));
  line.alarm = alarm;
  line.inletState = inletState;
  line.notes = { ...line.notes, ...notes };
}

/**
 * Admissions that were seen but are lost keep their places, without a name, for as long as they could have lasted: the
 * size is exceeded by no more than the admissions that were not seen.
 */
function restoreAdmissions(line: Line, { claimed, active }: Counters, now: number): void {
  const { size } = line.rules;
  const places = size > 0 ? Math.min(claimed - line.claimed, active, size, Math.max(0, freePlaces(line))) : 0;
  const expiresAt = now + line.rules.lifetime;
  for (let place = 0; place < places; place++) {
    const visitor = `${LOST}${claimed - place}`;
    const { generation } = line;
    addAdmission(line.admissions, { visitor, number: 0, generation, issuedAt: now, expiresAt }, now);
  }
  line.claimed = Math.max(line.claimed, claimed);
}

/** The serving counter passes numbers whose holders nobody knows: a ticket proves each, and goes to the front. */
function passOver(line: Line, to: number): void {
  if (to <= line.serving) return;
  const from = line.serving + 1;
  line.leftUnserved -= line.spent.count(from, to);
  line.serving = to;
  markUnconfirmed(line, from, to);
}

/** Numbers up to the checkpoint's were issued and wait. Those that were served since may have been claimed, or not. */
function restoreNumbers(line: Line, { queue, serving }: Counters): void {
  if (queue > line.queue) {
    const from = line.queue;
    const credits = Math.max(0, serving - queue);
    line.serving = Math.min(line.serving, from);
    line.queue = queue;
    passOver(line, Math.min(serving, queue));
    if (credits > 0) line.serving = queue + credits;
    moveOn(line, queue + unseenJoins(line));
  } else passOver(line, Math.min(serving, queue));
}
