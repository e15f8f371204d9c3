import { challengeOf } from './entry/entry-settings.ts';
import { shortestClaimWindow } from './poll-intervals.ts';
import type { Mode, RoomSettings } from './room.ts';

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
  /**
   * The version of a size that lines share and lend. A line that has a version keeps its size and its version, unless
   * this one is greater. Missing: the size is the line's own.
   */
  readonly sizeVersion?: number | undefined;
}

/** The size of a line that shares one, and has no place of it. */
export const NO_PLACES = -1;

/** Of a room that an earlier version stored. */
const MISSED_TURN_GRACE = 30 * 60_000;

/** How long a place is held for a visitor of AWS's API where positions do not expire, in ms. */
const UNLIMITED = 24 * 3_600_000;
/** The confirm window of rooms that set none, in ms. */
const CONFIRM_WINDOW = 30_000;

/** Whether only visitors with a proof count as present. The budget of `auto` is not applied yet. */
export const asksForProof = (settings: RoomSettings): boolean => challengeOf(settings) === 'always';

/**
 * The rules of a room's line. A claim window is never shorter than a page needs to notice its turn, nor than the room
 * promises at AWS's API: one line has one claim window.
 */
export function lineRules(settings: RoomSettings): LineRules {
  return {
    mode: settings.mode,
    size: settings.inlet.size ?? 0,
    lifetime: settings.admission.lifetime,
    claimWindow: Math.max(settings.admission.claim_window, shortestClaimWindow(settings), positionWindow(settings)),
    presenceTimeout: settings.presence.timeout,
    confirmWindow: settings.admission.confirm_window ?? CONFIRM_WINDOW,
    challenge: asksForProof(settings),
    unprovenPerAddress: 0,
    presentFromJoin: true,
    missedTurnGrace: settings.admission.missed_turn_grace ?? MISSED_TURN_GRACE,
  };
}

function positionWindow({ aws }: RoomSettings): number {
  if (!aws) return 0;
  return aws.queue_position_expiry === 'off' ? UNLIMITED : aws.queue_position_expiry;
}
