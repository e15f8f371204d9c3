import type { RoomSettings } from './room.ts';

/** How long a place is held for a visitor of AWS's API where positions do not expire, in ms. */
const UNLIMITED = 24 * 3_600_000;

/**
 * The claim window that the settings ask for, in ms. One line has one: in a room with `aws` it is what the room promises
 * at AWS's API.
 */
export function claimWindowSetting({ admission, aws }: Pick<RoomSettings, 'admission' | 'aws'>): number {
  if (!aws) return admission.claim_window;
  return aws.queue_position_expiry === 'off' ? UNLIMITED : aws.queue_position_expiry;
}
