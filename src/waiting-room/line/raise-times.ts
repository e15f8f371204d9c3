/** When numbers were passed, by the time of turns: the front is for visitors who return within a grace of that. */
import { type Line, measuredTime } from './line.ts';

/** How long after being passed a visitor may return to the front, in ms, where the rules do not say it. */
const GRACE = 30 * 60_000;
/** Raises within this share of the grace have one entry, which bounds their number. */
const SHARE = 64;

const graceOf = (line: Line) => line.rules.missedTurnGrace ?? GRACE;

/** Records that the counter passed the numbers up to `to`. */
export function noteRaise(line: Line, to: number, now: number): void {
  const at = measuredTime(line, now);
  const grace = graceOf(line);
  const last = line.raiseTimes.at(-1);
  if (last && at - last.at < grace / SHARE) {
    last.to = Math.max(last.to, to);
    return;
  }
  // The last entry that is too old stays: it stands for all before it.
  const old = line.raiseTimes.findLastIndex((raise) => raise.at < at - grace);
  line.raiseTimes = [...line.raiseTimes.slice(Math.max(0, old)), { to, at }];
}

/** Whether a number that is served was passed within the grace. */
export function isWithinGrace(line: Line, number: number, now: number): boolean {
  const raise = line.raiseTimes.find(({ to }) => to >= number);
  // Earlier versions recorded no raises.
  if (line.raiseTimes.length === 0) return true;
  return raise !== undefined && raise.at >= measuredTime(line, now) - graceOf(line);
}

/** The counter was lowered to `to`: what is above was not passed. */
export function cutRaiseTimes(line: Line, to: number): void {
  const first = line.raiseTimes.findIndex((raise) => raise.to > to);
  const cut = line.raiseTimes[first];
  if (!cut) return;
  line.raiseTimes = line.raiseTimes.slice(0, first);
  if (to > 0 && line.raiseTimes.at(-1)?.to !== to) line.raiseTimes.push({ to, at: cut.at });
}
