/**
 * Newcomers whose page is still loading. A number that is passed over within 15 s of its join, before its first
 * heartbeat, has not missed its turn. It waits at the front: with a heartbeat within 30 s of the join, its visitor is
 * served at the next raise.
 */
import { jumpsOf, type Line, measuredTime } from './line.ts';

const ARRIVES_WITHIN = 15_000;
const HEARD_WITHIN = 30_000;
/** Joins of a second share an entry of `recentJoins`: the first of them is up to so much older than the last, in ms. */
const GRAIN = 999;
const KEPT_FOR = 60_000;

/** Records the first join of a second. */
export function noteJoin(line: Line, now: number): void {
  const at = measuredTime(line, now);
  const from = line.queue + 1;
  if (line.recentJoins.at(-1)?.from === from) line.recentJoins.pop();
  line.recentJoins = line.recentJoins.filter((join) => join.at >= at - KEPT_FOR);
  line.recentJoins.push({ from, at });
}

/** The first number that was issued since then. */
function firstSince(line: Line, since: number): number {
  return line.recentJoins.find((join) => join.at >= measuredTime(line, since))?.from ?? line.queue + 1;
}

/**
 * When a newcomer without a heartbeat misses the turn. It follows from the join, so the time of the call does not
 * matter.
 */
function dueOf(line: Line, number: number): number {
  const join = line.recentJoins.findLast(({ from }) => from <= number);
  return (join?.at ?? 0) + jumpsOf(line) + HEARD_WITHIN + GRAIN + 1;
}

/** The first number whose page may still be loading. */
export const firstNewcomer = (line: Line, now: number): number => firstSince(line, now - ARRIVES_WITHIN - GRAIN);

/** Puts the newcomers among the numbers that a raise passes over at the front. Returns how many. */
export function keepNewcomers(line: Line, from: number, to: number, now: number): number {
  const first = Math.max(from, firstNewcomer(line, now));
  let kept = 0;
  for (let number = first; number <= to; number++) {
    if (line.spent.has(number) || line.waited.has(number) || line.presence.present.has(number)) continue;
    line.arriving.add(number);
    line.returned.add(number);
    kept += 1;
  }
  if (kept > 0 && line.arrivingDue === 0) line.arrivingDue = dueOf(line, first);
  return kept;
}

/** Whether a newcomer sent no heartbeat in time. The line may not have recorded the missed turn yet. */
export function isLateNewcomer(line: Line, number: number, now: number): boolean {
  return line.arriving.has(number) && dueOf(line, number) <= now;
}

/** Records the missed turns of newcomers who sent no heartbeat in time. */
export function expireNewcomers(line: Line, now: number): void {
  if (line.arrivingDue === 0 || line.arrivingDue > now) return;
  const last = Math.min(firstSince(line, now - HEARD_WITHIN - GRAIN), line.queue + 1) - 1;
  for (const number of line.arriving.between(1, last)) {
    line.returned.delete(number);
    line.expired += 1;
  }
  line.arriving.clear(1, last);
  const next = line.arriving.nth(1, last + 1);
  line.arrivingDue = next === -1 ? 0 : dueOf(line, next);
  line.changes += 1;
}
