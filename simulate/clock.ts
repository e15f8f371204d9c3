/** The service's clock ticks as often, in ms. */
export const TICK = 250;
export const SECOND = 1000 / TICK;
export const MINUTE = 60 * SECOND;

/** The virtual time, in ticks since the start and in ms since the epoch. */
export interface Clock {
  readonly tick: number;
  readonly now: number;
}

/** Milliseconds as whole ticks, at least one: an action happens in the next tick at the earliest. */
export const ticksOf = (milliseconds: number) => Math.max(1, Math.round(milliseconds / TICK));
