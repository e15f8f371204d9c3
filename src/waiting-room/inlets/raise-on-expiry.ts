/** Serves other visitors for those who did not take their turn, whatever the inlet does: an option of AWS's API. */
import type { Step } from './inlet.ts';

/** The counters of a line that it depends on. */
export interface ExpiredTurns {
  readonly generation: number;
  /** Turns that expired, ever. */
  readonly expired: number;
}

/** Who raised the counter, in `counter.raised`. No operator's token has a colon in its name. */
export const RAISED_ON_EXPIRY = 'inlet:expiry';

/** A step, and what caused it. */
export interface CausedStep extends Step {
  readonly cause: 'inlet' | 'expiry';
}

const STATE = /^expired (\d+) (\d+) /;

/**
 * Raises the counter over as many numbers as turns expired since the last step, and leaves the inlet alone for that step:
 * the line takes a step once, so each expired turn counts once. Where nothing expired, it is the inlet's step.
 *
 * @param state that of both; the inlet gets its own part of it
 */
export function raiseOnExpiry(
  state: string,
  { generation, expired }: ExpiredTurns,
  inlet: (state: string) => Step,
): CausedStep {
  const [prefix = '', of, seen] = STATE.exec(state) ?? [];
  const own = state.slice(prefix.length);
  const withSeen = (rest: string) => `expired ${generation} ${expired} ${rest}`;
  // Turns that expired before the option was set raise nothing.
  const since = Number(of) === generation ? Number(seen) : expired;
  if (expired > since) {
    return { raise: { numbers: expired - since }, state: withSeen(own), cause: 'expiry' };
  }
  const step = inlet(own);
  return { ...step, state: withSeen(step.state), cause: 'inlet' };
}

/** The state of the inlet alone, after the option was turned off. */
export const withoutExpiry = (state: string): string => state.replace(STATE, '');
