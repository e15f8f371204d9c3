/**
 * `GET /rooms/{room}/tickets/self`: the facts of a visitor who waits through the API. It is as busy a route as the
 * waiting page's facts, so it is answered straight from node:http too.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { bearerOf } from '#http/bearer.ts';
import { answerDocument, JSON_HEADERS } from '#http/document.ts';
import type { RawHandler } from '#http/door.ts';
import type { Refuse } from '#http/refuse.ts';
import { AnteroomError } from '#waiting-room/errors.ts';
import type { Ticket, TicketOffice } from '#waiting-room/ticket.ts';
import type { Visitors } from '#waiting-room/visitors.ts';
import { ANY_ORIGIN, type Callers } from './cors.ts';

const PREFIX = '/rooms/';
const SELF = '/tickets/self';
const OPEN_TO_ALL = [...JSON_HEADERS, ...Object.entries(ANY_ORIGIN).flat()];

export interface TicketFactsDeps {
  readonly visitors: Pick<Visitors, 'factsDocument'>;
  readonly tickets: Pick<TicketOffice, 'open'>;
  readonly callers: Callers;
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

export function createTicketFacts({ visitors, tickets, callers, refuse, onPoll }: TicketFactsDeps): RawHandler {
  function answer(req: IncomingMessage, res: ServerResponse, room: string, opening: Readonly<Record<string, string>>) {
    const refuseOpenly = (_res: ServerResponse, error: unknown) => {
      for (const [name, value] of Object.entries(opening)) res.setHeader(name, value);
      refuse(res, error);
    };
    try {
      const ticket = ticketOf(tickets, req.headers.authorization, room);
      const headers = opening === ANY_ORIGIN ? OPEN_TO_ALL : [...JSON_HEADERS, ...Object.entries(opening).flat()];
      answerDocument(res, visitors.factsDocument(ticket), headers, refuseOpenly);
    } catch (error) {
      refuseOpenly(res, error);
    }
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
      const opening = callers.headersFor(room, req.headers.origin);
      if (opening instanceof Promise) {
        opening.then(
          (known) => answer(req, res, room, known),
          (error) => refuse(res, error),
        );
      } else answer(req, res, room, opening);
    } catch (error) {
      refuse(res, error);
    }
    return true;
  };
}
