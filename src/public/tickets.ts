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
import { withoutBypass } from '#waiting-room/entry/decide-entry.ts';
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
    ctx.body = { ticket: tickets.seal(ticket), ...(await visitors.newFacts(ticket)) };
    ctx.status = status;
  }

  /** Says where the challenge is that the visitor has to solve. */
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
    const place = await visitors.claim(ticket, true).catch(challengeIn(ticket.room));
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

  /**
   * Nothing shows whether an app got its tokens, and they are verified offline. So each claim without the ticket that the
   * last one returned counts as another app.
   */
  async function use({ room, serial = 0 }: Ticket, { visitor }: Admission, address: string | null = null) {
    const used = await visitors.useAdmission(room, { visitor, serial, attempt: 2, revocable: false, address });
    if (!used) throw new AnteroomError('admission_over', 'The admission of this number has ended. Rejoin the line.');
    if (used.outcome === 'busy') {
      throw new AnteroomError('too_many_claims', 'This visitor claimed more than ten times within a minute.');
    }
    if (used.serial > 0) return used.serial;
    throw new AnteroomError(
      'admission_in_use',
      'This admission is used in as many places as the room allows. Use the ticket that the last claim returned.',
    );
  }

  const router = new Router({ prefix: '/rooms/:room/tickets' });
  router.use((ctx, next) => {
    ctx.set('Cache-Control', 'no-store');
    return next();
  });
  const room = (ctx: Context & { params: Record<string, string> }) => ctx.params.room ?? '';
  const own = (ctx: Context & { params: Record<string, string> }) =>
    ticketOf(tickets, ctx.get('Authorization') || undefined, room(ctx));

  /** What a request that joins shows of its sender. Uses up its proof. */
  async function entryOf(ctx: Context, id: string) {
    const { settings } = await snapshots.get(id);
    const action = await roomRules(settings, ctx.req, { url: null, method: ctx.method });
    const proof = await newcomersProof(ctx);
    if (proof !== null && action !== 'refuse') await challenges.use(settings, proof);
    return { ...requestOf(ctx.req), proven: proof !== null, action: withoutBypass(action) };
  }

  router.post('/', async (ctx) => {
    const request = await entryOf(ctx, room(ctx));
    if (request.action === 'refuse') throw entryRefused(room(ctx));
    const arrival = passes.arrive(room(ctx), passOf(ctx), { visitor: null, ticket: null, ...request });
    await answerFacts(ctx, 201, (await arrival.catch(challengeIn(room(ctx)))).ticket);
  });
  router.post('/self/claim', async (ctx) => {
    const ticket = own(ctx);
    const admission = await claim(ticket);
    const serial = await use(ticket, admission, requestOf(ctx.req).address);
    const next = { ...ticket, predicted: null, serial };
    ctx.body = { ...(await tokens.ofAdmission(ticket.room, admission)), ticket: tickets.seal(next) };
  });
  router.post('/self/rejoin', async (ctx) => {
    const ticket = own(ctx);
    const rejoined = visitors.rejoin(ticket, await entryOf(ctx, ticket.room));
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
