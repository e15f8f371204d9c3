import type { IncomingMessage } from 'node:http';
import type { Arrival } from '#waiting-room/join-room.ts';
import type { RoomId } from '#waiting-room/room.ts';

/**
 * Arrivals that the fast path began and whose outcome it does not answer: the visitor was admitted at once, or refused.
 * The request goes the long way with its arrival, so that its visitor joins and is counted once.
 */
export interface BegunArrivals {
  begin(req: IncomingMessage, room: RoomId, arrival: Promise<Arrival>): void;
  /** The arrival of a request; null if none began in the room. */
  of(req: IncomingMessage, room: RoomId): Promise<Arrival> | null;
}

export function createBegunArrivals(): BegunArrivals {
  const begun = new WeakMap<IncomingMessage, { readonly room: RoomId; readonly arrival: Promise<Arrival> }>();

  return {
    begin: (req, room, arrival) => void begun.set(req, { room, arrival }),
    of(req, room) {
      const known = begun.get(req);
      return known?.room === room ? known.arrival : null;
    },
  };
}
