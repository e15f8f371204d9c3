/** `GET /rooms/{room}/challenge`: a challenge for the ticket that the request brings, or for a newcomer. */
import Router from '@koa/router';
import type { Middleware } from 'koa';
import type { Challenges } from '#challenges/index.ts';
import { chain } from '#http/chain.ts';
import type { EntryRequestOf } from '#http/entry-requests.ts';
import type { VisitorCookies } from '#http/visitor-cookies.ts';
import type { Snapshots } from '#waiting-room/snapshots.ts';
import type { TicketOffice } from '#waiting-room/ticket.ts';
import { type Callers, createCors } from './cors.ts';
import { ticketOf } from './ticket-facts.ts';

export interface ChallengeRouteDeps {
  readonly challenges: Pick<Challenges, 'issue'>;
  readonly snapshots: Pick<Snapshots, 'get'>;
  readonly tickets: Pick<TicketOffice, 'open'>;
  /** The waiting page has its ticket in a cookie. */
  readonly cookies: Pick<VisitorCookies, 'ticket'>;
  readonly requestOf: EntryRequestOf;
  readonly callers: Callers;
}

export function createChallengeRoute(deps: ChallengeRouteDeps): Middleware {
  const { challenges, snapshots, tickets, cookies, requestOf, callers } = deps;
  const router = new Router();
  router.get('/rooms/:room/challenge', async (ctx) => {
    const { room = '' } = ctx.params;
    const { settings } = await snapshots.get(room);
    const authorization = ctx.get('Authorization') || undefined;
    const ticket = authorization
      ? ticketOf(tickets, authorization, room)
      : cookies.ticket(ctx.req.headers.cookie, room);
    ctx.set('Cache-Control', 'no-store');
    ctx.body = challenges.issue(settings, ticket, requestOf(ctx.req).address ?? null);
  });
  const routes = chain(createCors(callers), router.routes() as Middleware, router.allowedMethods() as Middleware);
  return (ctx, next) => (PATH.test(ctx.path) ? routes(ctx, next) : next());
}

const PATH = /^\/rooms\/[^/]+\/challenge$/;
