/**
 * `GET /rooms/{room}/tickets/self`: the facts for whoever waits through the API, as busy a route as the waiting
 * page's own facts and answered like them, straight from node:http.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { bearerOf } from '#http/bearer.ts';
import { answerDocument, JSON_HEADERS } from '#http/document.ts';
import { AnteroomError } from '#waiting-room/errors.ts';
import type { Ticket, TicketOffice } from '#waiting-room/ticket.ts';
import type { Visitors } from '#waiting-room/visitors.ts';
import { ANY_ORIGIN } from './cors.ts';

const PREFIX = '/rooms/';
const SELF = '/tickets/self';
const HEADERS = [...JSON_HEADERS, ...Object.entries(ANY_ORIGIN).flat()];

export interface TicketFactsDeps {
  readonly visitors: Pick<Visitors, 'factsDocument'>;
  readonly tickets: Pick<TicketOffice, 'open'>;
  /** Answers with a problem document. */
  readonly refuse: (res: ServerResponse, error: unknown) => void;
  readonly onPoll: () => void;
}

/** The ticket that a request carries. Throws `ticket_required` or `ticket_invalid`. */
export function ticketOf(tickets: Pick<TicketOffice, 'open'>, authorization: string | undefined, room: string): Ticket {
  const sealed = bearerOf(authorization);
  if (!sealed) throw new AnteroomError('ticket_required', 'The request carries no ticket of this room.');
  const ticket = tickets.open(sealed, room);
  if (!ticket) throw new AnteroomError('ticket_invalid', `This is not a ticket of the room "${room}".`);
  return ticket;
}

/** Handles a request for the facts and says so; any other is left alone. */
export function createTicketFacts({ visitors, tickets, refuse, onPoll }: TicketFactsDeps) {
  function refuseAny(res: ServerResponse, error: unknown): void {
    for (const [name, value] of Object.entries(ANY_ORIGIN)) res.setHeader(name, value);
    refuse(res, error);
  }

  return (req: IncomingMessage, res: ServerResponse): boolean => {
    const url = req.url ?? '';
    if (req.method !== 'GET' || !url.startsWith(PREFIX)) return false;
    const query = url.indexOf('?');
    const path = query < 0 ? url : url.slice(0, query);
    if (!path.endsWith(SELF)) return false;
    const room = path.slice(PREFIX.length, -SELF.length);
    if (room.includes('/')) return false;
    onPoll();
    try {
      const ticket = ticketOf(tickets, req.headers.authorization, room);
      answerDocument(res, visitors.factsDocument(ticket), HEADERS, refuseAny);
    } catch (error) {
      refuseAny(res, error);
    }
    return true;
  };
}
