/**
 * `/rooms/{room}/tickets`: a website or an app joins, polls, claims and leaves by itself, without redirects. The ticket
 * is a bearer secret; a claim returns tokens that the site's own API verifies.
 */
import Router from '@koa/router';
import type { Context, Middleware } from 'koa';
import type { Challenges } from '#challenges/index.ts';
import { chain } from '#http/chain.ts';
import type { EntryRequestOf } from '#http/entry-requests.ts';
import { passOf } from '#http/pass-of.ts';
import { Problem } from '#http/problem.ts';
import type { PublicUrls } from '#http/public-urls.ts';
import type { RoomRules } from '#http/room-rules.ts';
import type { Passes } from '#passes/index.ts';
import type { Tokens } from '#tokens/index.ts';
import { AnteroomError, ChallengeRequired, entryRefused, RoomClosed } from '#waiting-room/errors.ts';
import type { Admission } from '#waiting-room/line/admission.ts';
import type { Snapshots } from '#waiting-room/snapshots.ts';
import { provenTicket, type Ticket, type TicketOffice } from '#waiting-room/ticket.ts';
import type { Visitors } from '#waiting-room/visitors.ts';
import { type Callers, createCors } from './cors.ts';
import { ticketOf } from './ticket-facts.ts';
import { newcomersProof, ownProof } from './ticket-proof.ts';

export interface TicketsDeps {
  readonly visitors: Visitors;
  readonly snapshots: Pick<Snapshots, 'get'>;
  readonly roomRules: RoomRules;
  readonly passes: Pick<Passes, 'arrive'>;
  readonly tickets: TicketOffice;
  readonly tokens: Pick<Tokens, 'ofAdmission'>;
  readonly callers: Callers;
  readonly challenges: Pick<Challenges, 'check' | 'use'>;
  readonly requestOf: EntryRequestOf;
  readonly urls: Pick<PublicUrls, 'urlOf'>;
}

export function createTickets(deps: TicketsDeps): Middleware {
  const { visitors, snapshots, tickets, tokens, callers, challenges, requestOf, roomRules, passes, urls } = deps;

  async function answerFacts(ctx: Context, status: number, ticket: Ticket): Promise<void> {
    // A rejoin may issue another ticket, so each answer carries the current one.
    ctx.body = { ticket: tickets.seal(ticket), ...(await visitors.facts(ticket)) };
    ctx.status = status;
  }

  /** Says where the challenge is that a newcomer has to solve. */
  const challengeIn = (room: string) => (error: unknown) => {
    if (!(error instanceof ChallengeRequired)) throw error;
    throw new Problem('challenge_required', {
      detail: error.message,
      challenge: urls.urlOf(`/rooms/${room}/challenge`),
      headers: { 'Retry-After': String(error.retryAfter) },
    });
  };

  /** Throws the reason if there is no admission. */
  async function claim(ticket: Ticket): Promise<Admission> {
    // The answer has the tokens, and nothing comes back after them.
    const place = await visitors.claim(ticket, true);
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
    const { settings } = await snapshots.get(room(ctx));
    const action = await roomRules(settings, ctx.req, { url: null, method: ctx.method });
    if (action === 'refuse') throw entryRefused(room(ctx));
    const proof = await newcomersProof(ctx);
    if (proof !== null) await challenges.use(settings, proof);
    const request = { ...requestOf(ctx.req), proven: proof !== null, action: action === 'bypass' ? 'wait' : action };
    const arrival = passes.arrive(room(ctx), passOf(ctx), { visitor: null, ticket: null, ...request });
    await answerFacts(ctx, 201, (await arrival.catch(challengeIn(room(ctx)))).ticket);
  });
  router.post('/self/claim', async (ctx) => {
    const ticket = own(ctx);
    ctx.body = await tokens.ofAdmission(ticket.room, await claim(ticket));
  });
  router.post('/self/rejoin', async (ctx) => {
    const rejoined = visitors.rejoin(own(ctx), requestOf(ctx.req));
    await answerFacts(ctx, 200, await rejoined.catch(challengeIn(room(ctx))));
  });
  router.post('/self/proof', async (ctx) => {
    const ticket = own(ctx);
    const { settings } = await snapshots.get(ticket.room);
    await challenges.check(settings, ticket, await ownProof(ctx));
    const proven = provenTicket(ticket);
    ctx.body = { ticket: tickets.sealAlike(proven), ...(await visitors.facts(proven)) };
  });
  router.delete('/self', async (ctx) => {
    await visitors.leave(own(ctx));
    ctx.status = 204;
  });

  const routes = chain(createCors(callers), router.routes() as Middleware, router.allowedMethods() as Middleware);
  return (ctx, next) => (PATHS.test(ctx.path) ? routes(ctx, next) : next());
}

const PATHS = /^\/rooms\/[^/]+\/tickets(?:\/|$)/;
