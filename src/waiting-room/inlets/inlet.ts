import type { Raise } from '../line/serving.ts';
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

/** Reads what an inlet kept, if it is its own and `isState` knows its shape; null for anything else. */
export function kept<State>(state: string, strategy: string, isState: (value: object) => boolean): State | null {
  if (!state.startsWith(`${strategy} `)) return null;
  try {
    const value: unknown = JSON.parse(state.slice(strategy.length + 1));
    return typeof value === 'object' && value !== null && isState(value) ? (value as State) : null;
  } catch {
    return null;
  }
}

/** Whether these fields are numbers. */
export function hasNumbers(value: object, ...names: readonly string[]): boolean {
  return names.every((name) => Number.isFinite((value as Record<string, unknown>)[name]));
}

export function keep(strategy: string, state: object): string {
  return `${strategy} ${JSON.stringify(state)}`;
}
