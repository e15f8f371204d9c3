import { challengeOf, limitsOf } from './entry/entry-settings.ts';
import { pauseStopsOf } from './pause.ts';
import { claimWindowOf, presenceTimeoutOf } from './poll-intervals.ts';
import type { Mode, PauseStops, RoomSettings } from './room.ts';

/** The settings that the line itself needs, stored with its counters so that no process applies old ones. */
export interface LineRules {
  readonly mode: Mode;
  /** The largest number of visitors inside; 0 for no limit, {@link NO_PLACES} for none at all. */
  readonly size: number;
  readonly lifetime: number;
  readonly claimWindow: number;
  readonly presenceTimeout: number;
  /** Whether visitors are asked for a proof. Earlier versions left out this and what follows. */
  readonly challenge?: boolean | undefined;
  /** So many unproven visitors of an address may be present or inside. */
  readonly unprovenPerAddress?: number | undefined;
  /** Whether a visitor is present from the join on, without a heartbeat. So it was in earlier versions. */
  readonly presentFromJoin?: boolean | undefined;
  /** How long an admission may stay unconfirmed; 0 where none has to be confirmed. Earlier versions left it out. */
  readonly confirmWindow?: number | undefined;
  /** How long after a missed turn a visitor may return to the front, in ms. */
  readonly missedTurnGrace?: number | undefined;
  /** What stands still while the room is paused. Missing: nothing. */
  readonly pauseStops?: Exclude<PauseStops, 'nothing'> | undefined;
  /**
   * The version of a size that lines share and lend. A line that has a version keeps its size and its version, unless
   * this one is greater. Missing: the size is the line's own.
   */
  readonly sizeVersion?: number | undefined;
}

/** What a line has of a size that it shares with others. */
export type SharedSize = Pick<LineRules, 'size' | 'sizeVersion'>;

/** The size of a line that shares one, and has no place of it. */
export const NO_PLACES = -1;

/** Of a room that an earlier version stored. */
const MISSED_TURN_GRACE = 30 * 60_000;

/** The confirm window of rooms that set none, in ms. */
const CONFIRM_WINDOW = 30_000;

/** Whether only visitors with a proof, or within the budget of their address, count as present. */
export const asksForProof = (settings: RoomSettings): boolean => challengeOf(settings) !== 'off';

/** How many visitors of an address may be present or inside without a proof. */
const unprovenPerAddress = (settings: RoomSettings): number =>
  challengeOf(settings) === 'always' ? 0 : limitsOf(settings).unproven_per_address;

/**
 * The rules of a room's line.
 *
 * @param shared what the line has of a size that it shares with others.
 */
export function lineRules(settings: RoomSettings, shared?: SharedSize): LineRules {
  const stops = pauseStopsOf(settings);
  return {
    mode: settings.mode,
    size: settings.inlet.size ?? 0,
    lifetime: settings.admission.lifetime,
    claimWindow: claimWindowOf(settings),
    presenceTimeout: presenceTimeoutOf(settings),
    confirmWindow: settings.admission.confirm_window ?? CONFIRM_WINDOW,
    challenge: asksForProof(settings),
    unprovenPerAddress: unprovenPerAddress(settings),
    // Clients of AWS's API send no heartbeats.
    presentFromJoin: settings.aws != null,
    missedTurnGrace: settings.admission.missed_turn_grace ?? MISSED_TURN_GRACE,
    ...(stops === 'nothing' ? {} : { pauseStops: stops }),
    ...shared,
  };
}
