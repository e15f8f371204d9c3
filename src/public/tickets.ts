/**
 * `/rooms/{room}/tickets`: a website or an app joins, polls, claims and leaves by itself, without redirects. The ticket
 * is a bearer secret; a claim returns tokens that the site's own API verifies.
 */
import Router from '@koa/router';
import type { Context, Middleware } from 'koa';
import { chain } from '#http/chain.ts';
import type { Tokens } from '#tokens/index.ts';
import { AnteroomError, RoomClosed } from '#waiting-room/errors.ts';
import type { Admission } from '#waiting-room/line/admission.ts';
import type { Ticket, TicketOffice } from '#waiting-room/ticket.ts';
import type { Visitors } from '#waiting-room/visitors.ts';
import { type Callers, createCors } from './cors.ts';
import { ticketOf } from './ticket-facts.ts';

export interface TicketsDeps {
  readonly visitors: Visitors;
  readonly tickets: TicketOffice;
  readonly tokens: Pick<Tokens, 'ofAdmission'>;
  readonly callers: Callers;
}

export function createTickets({ visitors, tickets, tokens, callers }: TicketsDeps): Middleware {
  async function answerFacts(ctx: Context, status: number, ticket: Ticket): Promise<void> {
    // A rejoin may issue another ticket, so each answer carries the current one.
    ctx.body = { ticket: tickets.seal(ticket), ...(await visitors.facts(ticket)) };
    ctx.status = status;
  }

  /** Throws the reason if there is no admission. */
  async function claim(ticket: Ticket): Promise<Admission> {
    const place = await visitors.claim(ticket);
    switch (place.state) {
      case 'admitted':
        return place.admission;
      case 'served':
      case 'waiting':
      case 'returned':
        if ((await visitors.facts(ticket)).state === 'closed') throw new RoomClosed(ticket.room);
        throw new AnteroomError('not_your_turn', 'This number is not served yet.');
      case 'missed':
        throw new AnteroomError('turn_missed', 'The turn was not taken in time. Rejoin the line.');
      case 'over':
        throw new AnteroomError(
          'admission_over',
          'The admission of this number has ended. Rejoin the line for a new number.',
        );
      case 'stale':
        throw new AnteroomError(
          'ticket_invalid',
          `The ticket belongs to an earlier line of the room "${ticket.room}".`,
        );
    }
  }

  const router = new Router({ prefix: '/rooms/:room/tickets' });
  router.use((ctx, next) => {
    ctx.set('Cache-Control', 'no-store');
    return next();
  });
  const room = (ctx: Context & { params: Record<string, string> }) => ctx.params.room ?? '';
  const own = (ctx: Context & { params: Record<string, string> }) =>
    ticketOf(tickets, ctx.get('Authorization') || undefined, room(ctx));

  router.post('/', async (ctx) => {
    const { ticket } = await visitors.arrive(room(ctx), { visitor: null, ticket: null });
    await answerFacts(ctx, 201, ticket);
  });
  router.post('/self/claim', async (ctx) => {
    const ticket = own(ctx);
    ctx.body = await tokens.ofAdmission(ticket.room, await claim(ticket));
  });
  router.post('/self/rejoin', async (ctx) => {
    await answerFacts(ctx, 200, await visitors.rejoin(own(ctx)));
  });
  router.delete('/self', async (ctx) => {
    await visitors.leave(own(ctx));
    ctx.status = 204;
  });

  const routes = chain(createCors(callers), router.routes() as Middleware, router.allowedMethods() as Middleware);
  return (ctx, next) => (PATHS.test(ctx.path) ? routes(ctx, next) : next());
}

const PATHS = /^\/rooms\/[^/]+\/tickets(?:\/|$)/;
