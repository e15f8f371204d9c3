import { RoomClosed, StoreOverloaded } from '#waiting-room/errors.ts';
import type { Visitors } from '#waiting-room/visitors.ts';
import type { Metrics } from './metrics.ts';

/** Counts refused and repeated joins and claims. Successful ones are activity events, and are counted as such. */
export function countVisits(visitors: Visitors, metrics: Pick<Metrics, 'joined' | 'claimed'>): Visitors {
  const refused = (room: string) => (error: unknown) => {
    if (error instanceof RoomClosed) metrics.joined(room, 'closed');
    if (error instanceof StoreOverloaded) metrics.joined(room, 'overloaded');
    throw error;
  };
  return {
    ...visitors,
    arrive: (room, brought) => visitors.arrive(room, brought).catch(refused(room)),
    rejoin: (ticket) => visitors.rejoin(ticket).catch(refused(ticket.room)),
    async claim(ticket) {
      const place = await visitors.claim(ticket);
      if (place.state !== 'admitted') metrics.claimed(ticket.room, 'refused');
      else if (!place.first) metrics.claimed(ticket.room, 'repeated');
      return place;
    },
  };
}
