/** The end of an admission, as a domain call. Everything that ends an admission calls it. */
import type { AdmissionEndReason, Emit } from './activity.ts';
import type { RoomId } from './room.ts';
import type { VisitorId } from './visitor.ts';

/**
 * Called after admissions of a room ended; `all` means every admission of the room. Never throws and never waits.
 * Calls with the same visitor may repeat.
 */
export type AdmissionEnded = (room: RoomId, visitors: readonly VisitorId[] | 'all', reason: AdmissionEndReason) => void;

/** Emits `admission.ended` for each visitor, or one event without a visitor for all, then calls the listener. */
export function createAdmissionEnded(emit: Emit, listener: AdmissionEnded): AdmissionEnded {
  return (room, visitors, reason) => {
    if (visitors.length === 0) return;
    for (const sub of visitors === 'all' ? [null] : visitors) emit('admission.ended', { room, sub, reason });
    listener(room, visitors, reason);
  };
}
