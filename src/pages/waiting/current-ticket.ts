import type { VisitorCookies } from '#http/visitor-cookies.ts';
import type { RoomId } from '#waiting-room/room.ts';
import type { Ticket } from '#waiting-room/ticket.ts';
import type { Visitors } from '#waiting-room/visitors.ts';

export interface CurrentTicketDeps {
  readonly visitors: Pick<Visitors, 'isInside'>;
  readonly cookies: Pick<VisitorCookies, 'ticket' | 'inside' | 'hasLeft'>;
}

/** The ticket of a room that counts for a browser. Not a promise where the cookies name one visitor, as nearly all do. */
export type CurrentTicket = (cookieHeader: string | undefined, room: RoomId) => Ticket | null | Promise<Ticket | null>;

/**
 * Of two visitors in one browser, the one who is inside counts, so that a tab that waits with the other's ticket goes
 * in. A visitor who left the line stays out until they come through a door again.
 */
export function createCurrentTicket({ visitors, cookies }: CurrentTicketDeps): CurrentTicket {
  return (header, room) => {
    const ticket = cookies.ticket(header, room);
    const inside = cookies.inside(header, room);
    if (!inside || inside.visitor === ticket?.visitor || cookies.hasLeft(header, room)) return ticket;
    // Where the store does not answer, the page says so when it uses the ticket.
    return visitors.isInside(inside).then(
      (isInside) => (isInside ? inside : ticket),
      () => ticket,
    );
  };
}
