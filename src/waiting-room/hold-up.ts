import { nextPeriod } from './inlets/target.ts';
import type { Snapshot } from './snapshots.ts';

/**
 * Why nobody is let in.
 *
 * - `closed`, `paused`: the mode of the room.
 * - `before_start`: the event has not started; `until` says when it does.
 * - `nobody_waiting`, `nobody_present`: there is nobody to let in.
 * - `alarm`: the breaker is on, and no inlet raises the counter.
 * - `full`: as many are inside, or have a place held, as the size allows.
 * - `manual`: an operator raises the counter.
 * - `inlet_not_started`, `between_periods`: the periodic inlet serves at `until`.
 * - `inlet_ended`: the periodic inlet has had its last period.
 */
export const HOLD_UP_CODES = [
  'closed',
  'paused',
  'before_start',
  'nobody_waiting',
  'nobody_present',
  'alarm',
  'full',
  'manual',
  'inlet_not_started',
  'between_periods',
  'inlet_ended',
] as const;

export type HoldUpCode = (typeof HOLD_UP_CODES)[number];

export interface HoldUp {
  readonly code: HoldUpCode;
  /** When it ends by itself, in ms; null if that is not known. */
  readonly until: number | null;
}

/** What keeps the next visitor out at this moment. Null if nothing does: the inlet serves the next one soon. */
export function holdUpOf({ settings, view, event, updatedAt }: Snapshot): HoldUp | null {
  const { mode, inlet } = settings;
  const because = (code: HoldUpCode, until: number | null = null): HoldUp => ({ code, until });
  if (mode === 'closed' || mode === 'paused') return because(mode);
  if (event && updatedAt < event.start) return because('before_start', event.start);
  if (view.counters.waiting === 0) return because('nobody_waiting');
  if (mode === 'passthrough') return null;
  if (view.counters.present === 0) return because('nobody_present');
  if (view.alarm && inlet.strategy !== 'manual') return because('alarm');
  if (view.size !== 0 && view.inside + view.held >= Math.max(0, view.size)) return because('full');
  if (inlet.strategy === 'manual') return because('manual');
  if (inlet.strategy !== 'periodic') return null;
  const next = nextPeriod(inlet, view.clock);
  if (next === null) return because('inlet_ended');
  return because(inlet.start !== undefined && view.clock < inlet.start ? 'inlet_not_started' : 'between_periods', next);
}
