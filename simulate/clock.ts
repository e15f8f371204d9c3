/** As the service's clock ticks, in ms. */
export const TICK = 250;
export const SECOND = 1000 / TICK;
export const MINUTE = 60 * SECOND;

/** The virtual time, in ticks from the beginning and in ms since the epoch. */
export interface Clock {
  readonly tick: number;
  readonly now: number;
}

/** So many ms in whole ticks: what happens later happens in the next one at the earliest. */
export const ticksOf = (milliseconds: number) => Math.max(1, Math.round(milliseconds / TICK));
