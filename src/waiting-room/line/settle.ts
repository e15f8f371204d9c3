/** The line's time, and what happens as it passes. */
import { type EndedAdmission, expireAdmissions, LOST, shiftAdmissions } from './admission.ts';
import { nextDrawOf } from './draw.ts';
import { ENDED_AT_ONCE, endedOf, noteEnded, pruneEnded } from './ended-turns.ts';
import { JUMP } from './jump.ts';
import { freePlaces, type Line, measuredTime } from './line.ts';
import { expireNewcomers } from './newcomers.ts';
import { turnWindows } from './presence.ts';
import { lapse } from './provisional.ts';
import { isSteady, timeFor } from './steady.ts';
import { moveStoppedAdmissions } from './stopped-admissions.ts';
import { expireTurns, moveStoppedTurns, shiftTurns } from './turns.ts';

/** Visitors of expired admissions that a line keeps at most. */
const EXPIRED_CAPACITY = 10_000;
/** How long, in ms, after a jump back a caller that is as far ahead counts as the other one of two clocks. */
const TWO_CLOCKS = 600_000;
/**
 * How often stopped deadlines move on, in ms; less often where there are many of them. For a process of a version that
 * does not know that they are stopped, they are at most so much nearer. Less than a jump.
 */
const MOVED_EVERY = 1000;
const MANY = 1000;
const MANY_MOVED_EVERY = 4000;

/** For how long the line of before a reset is kept, in ms. */
export const RESET_KEPT_FOR = 3_600_000;

/** Moves all deadlines, and all times that durations are measured from. */
export function shift(line: Line, by: number): void {
  line.shifted += by;
  shiftAdmissions(line.admissions, by);
  shiftTurns(line, by);
  line.presence.windowStart += by;
  if (line.turnsStopped > 0) line.turnsStopped += by;
  if (line.arrivingDue > 0) line.arrivingDue += by;
  if (line.heartbeatsSince > 0) line.heartbeatsSince += by;
  const next = nextDrawOf(line.draws);
  if (next) next.presence.windowStart += by;
}

function step(line: Line, by: number): void {
  shift(line, by);
  line.clock += by;
  line.changes += 1;
}

/**
 * Brings the line's time to a caller's. A clock a little behind changes nothing. The line follows a clock that jumped
 * back and moves all deadlines with it, so that each has as much time left as it had. If the clock did not jump, but
 * belongs to a process that is always behind, the next caller who is as far ahead moves the line forward by the same
 * step: the time of two callers whose clocks differ goes on at its own pace.
 */
function followClock(line: Line, at: number): number {
  const ahead = at - line.clock;
  const isTheStep = Math.abs(Math.abs(ahead) - line.skew) <= JUMP;
  if (ahead < -JUMP) {
    line.skew = isTheStep ? line.skew : -ahead;
    step(line, -line.skew);
    line.jumpedAt = line.clock;
  } else if (ahead > JUMP && isTheStep && line.jumpedAt > 0 && line.clock - line.jumpedAt < TWO_CLOCKS) {
    step(line, line.skew);
    line.jumpedAt = 0;
  }
  line.clock = Math.max(line.clock, at);
  return line.clock;
}

/**
 * Brings the line's time to a caller's, and moves on what is stopped. Where a version that does not know that alone
 * changed the line for a while, the pause counts from its last step.
 */
export function passTime(line: Line, at: number, least: number): number {
  const uncounted = (since: number) => (since > 0 ? Math.max(0, line.clock - since - JUMP) : 0);
  const [ofTurns, ofAdmissions] = [uncounted(line.turnsStopped), uncounted(line.admissions.stoppedAt)];
  const now = followClock(line, at);
  moveStoppedTurns(line, now, least, ofTurns);
  moveStoppedAdmissions(line, now, least, ofAdmissions);
  return now;
}

/** Keeps the visitors whose admissions expired until their end is reported: the latest of them. */
function keepExpired(line: Line, admissions: readonly EndedAdmission[]): void {
  line.changes += 1;
  for (const { visitor, expiresAt } of admissions) {
    if (visitor.startsWith(LOST)) continue;
    line.expiredAdmissions.delete(visitor);
    line.expiredAdmissions.set(visitor, expiresAt);
  }
  for (const visitor of line.expiredAdmissions.keys()) {
    if (line.expiredAdmissions.size <= EXPIRED_CAPACITY) break;
    line.expiredAdmissions.delete(visitor);
  }
}

/** A smaller size takes credits back. */
function takeBackCredits(line: Line): void {
  const excess = Math.min(-freePlaces(line), line.serving - line.queue);
  if (excess <= 0) return;
  line.serving -= excess;
  line.changes += 1;
}

/**
 * Brings the line to `at`: presence windows turn, admissions lapse and expire, claim windows expire, a smaller size
 * takes credits back. Answers the line's time.
 */
export function settle(line: Line, at: number): number {
  const now = passTime(line, at, line.batches.length > MANY ? MANY_MOVED_EVERY : MOVED_EVERY);
  const { presenceTimeout } = line.rules;
  if (turnWindows(line.presence, presenceTimeout, now)) line.changes += 1;
  const next = nextDrawOf(line.draws);
  if (next && turnWindows(next.presence, presenceTimeout, now)) line.changes += 1;
  const known = endedOf(line).turns.length;
  lapse(line, now);
  const expired = expireAdmissions(line.admissions, now);
  for (const { number, issuedAt, expiresAt } of expired.slice(0, ENDED_AT_ONCE)) {
    noteEnded(line, number, number, issuedAt, expiresAt, true);
  }
  if (expired.length > 0) keepExpired(line, expired);
  line.released = Math.max(0, line.released - expired.length);
  expireTurns(line, now);
  if (line.ended.turns.length > known) pruneEnded(line, now);
  expireNewcomers(line, now);
  takeBackCredits(line);
  if (line.kept && measuredTime(line, now) - line.kept.at >= RESET_KEPT_FOR) line.kept = null;
  return now;
}

/** Answers the line's time for a step that looks at one admission, which does without the rest of {@link settle}. */
export function settleUnlessSteady(line: Line, at: number): number {
  return isSteady(line, at) ? timeFor(line, at) : settle(line, at);
}
