import type { Raise } from '../ports.ts';
import type { InletSettings } from '../room.ts';

/** How the origin does, as was last told. */
export interface Signal {
  readonly latency: number | null;
  readonly errorRate: number | null;
  /** When it was told, in ms. */
  readonly at: number;
}

export interface Tick {
  readonly now: number;
  /** What this inlet kept at its last tick; empty at the first. What it cannot read it treats as empty. */
  readonly state: string;
  readonly signal: Signal | null;
}

export interface Step {
  /** How far to raise the counter, or null to leave it. Never past the room's size: the line sees to it. */
  readonly raise: Raise | null;
  /** What to keep until the next tick. */
  readonly state: string;
  /** Periods that were missed for so long that serving them now would flood the site: told, not served. */
  readonly skipped?: number;
}

/**
 * What raises the serving counter of a room: a pure function of its settings, the time and what it kept. A strategy
 * is one file with one of these, and one line in `index.ts`. The line takes a step only if nobody took one from the
 * same state before, so that a tick counts once, whoever ticks.
 */
export type Inlet<Settings extends InletSettings = InletSettings> = (settings: Settings, tick: Tick) => Step;

/** Reads what an inlet kept, if it is its own and whole. */
export function kept<State>(state: string, strategy: string): State | null {
  if (!state.startsWith(`${strategy} `)) return null;
  try {
    return JSON.parse(state.slice(strategy.length + 1)) as State;
  } catch {
    return null;
  }
}

export function keep(strategy: string, state: object): string {
  return `${strategy} ${JSON.stringify(state)}`;
}
