/**
 * `GET /rooms/{room}/tickets/self`: the facts of a visitor who waits through the API. It is as busy a route as the
 * waiting page's facts, so it is answered straight from node:http too.
 */
import type { ServerResponse } from 'node:http';
import { bearerOf } from '#http/bearer.ts';
import { answerDocument, JSON_HEADERS } from '#http/document.ts';
import type { RawHandler } from '#http/door.ts';
import type { Refuse } from '#http/refuse.ts';
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
  readonly refuse: Refuse;
  readonly onPoll: () => void;
}

/** The ticket in a request's Authorization header. Throws `ticket_required` or `ticket_invalid`. */
export function ticketOf(tickets: Pick<TicketOffice, 'open'>, authorization: string | undefined, room: string): Ticket {
  const sealed = bearerOf(authorization);
  if (!sealed) throw new AnteroomError('ticket_required', 'The request has no ticket of this room.');
  const ticket = tickets.open(sealed, room);
  if (!ticket) throw new AnteroomError('ticket_invalid', `This is not a ticket of the room "${room}".`);
  return ticket;
}

export function createTicketFacts({ visitors, tickets, refuse, onPoll }: TicketFactsDeps): RawHandler {
  function refuseAnyOrigin(res: ServerResponse, error: unknown): void {
    for (const [name, value] of Object.entries(ANY_ORIGIN)) res.setHeader(name, value);
    refuse(res, error);
  }

  return (req, res) => {
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
      answerDocument(res, visitors.factsDocument(ticket), HEADERS, refuseAnyOrigin);
    } catch (error) {
      refuseAnyOrigin(res, error);
    }
    return true;
  };
}
