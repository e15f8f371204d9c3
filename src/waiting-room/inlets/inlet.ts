import type { Raise } from '../line/raise.ts';

/** At most so many visitors inside, whatever raises the counter. Unlimited by default. */
export interface Sized {
  readonly size?: number | undefined;
}

/** What an inlet counts its raises in: present visitors, the default, or numbers. */
export interface Counted {
  readonly unit?: 'people' | 'numbers' | undefined;
}

/** The last report of how the origin performs; null is unknown. */
export interface Signal {
  /** In ms. */
  readonly latency: number | null;
  /** 0 … 1. */
  readonly errorRate: number | null;
  /** When it was reported, in ms. */
  readonly at: number;
}

export interface Tick {
  /** The line's time, in ms: it decides where the clocks of processes differ. */
  readonly now: number;
  /** How far jumps of clocks moved the line's time so far, in ms. `now` less this never goes back. */
  readonly shifted: number;
  /** The clock of the process that ticks, in ms. */
  readonly own: number;
  /** The state that this inlet returned at its last tick; empty at first. An inlet treats foreign state as empty. */
  readonly state: string;
  readonly signal: Signal | null;
  /**
   * Set where no tick came since the last, because the room was at rest: nobody waited, and all places that the inlet
   * leaves open stood open. The state is then the one that frequent ticks would have left.
   */
  readonly rested?: boolean | undefined;
}

export interface Step {
  /** How far to raise the counter; null to leave it. The line enforces the room's size. */
  readonly raise: Raise | null;
  /** The state for the next tick. */
  readonly state: string;
  /**
   * Periods that passed too long ago to be served: serving them at once would flood the site. They are only reported.
   */
  readonly skipped?: number;
}

/**
 * Raises the serving counter of a room: a pure function of the settings, the time and the inlet's state. A strategy is
 * one file with its settings and an Inlet, and one line in `index.ts`. The line applies a step only if its state is still the one that the
 * step started from, so a tick counts once even if several processes tick.
 */
export type Inlet<Settings extends { readonly strategy: string }> = (settings: Settings, tick: Tick) => Step;

/** Parses the state of a strategy. Null if another strategy wrote it, or its shape is not the expected one. */
export function parseState<State>(state: string, strategy: string, isState: (value: object) => boolean): State | null {
  if (!state.startsWith(`${strategy} `)) return null;
  try {
    const value: unknown = JSON.parse(state.slice(strategy.length + 1));
    return typeof value === 'object' && value !== null && isState(value) ? (value as State) : null;
  } catch {
    return null;
  }
}

/** Whether these fields are finite numbers. */
export function hasNumbers(value: object, ...names: readonly string[]): boolean {
  return names.every((name) => Number.isFinite((value as Record<string, unknown>)[name]));
}

/** Whether this field is a finite number or left out. */
export function mayHaveNumber(value: object, name: string): boolean {
  return !(name in value) || hasNumbers(value, name);
}

export function formatState(strategy: string, state: object): string {
  return `${strategy} ${JSON.stringify(state)}`;
}
