/**
 * The waiting page: where a visitor is while their authorization request is pending. GET shows the facts, complete
 * without a script; POST claims the turn and goes on to the relying party, or leaves the line, or rejoins it.
 */
import Router from '@koa/router';
import type { Context, Middleware } from 'koa';
import type Provider from 'oidc-provider';
import { chain } from '#http/chain.ts';
import { AnteroomError, RoomNotFound } from '#waiting-room/errors.ts';
import type { Facts } from '#waiting-room/facts.ts';
import type { RelyingParties } from '#waiting-room/relying-parties.ts';
import type { Snapshots } from '#waiting-room/snapshots.ts';
import type { Ticket } from '#waiting-room/ticket.ts';
import type { Visitors } from '#waiting-room/visitors.ts';
import type { Addresses, Pending } from './address.ts';
import { RETRY } from './address.ts';
import type { VisitorCookies } from './cookies.ts';
import { readForm } from './form.ts';
import type { Render } from './pages.ts';
import { awayCause, RETRY_AFTER } from './pages.ts';

export interface WaitingPageDeps {
  readonly provider: Provider;
  readonly visitors: Visitors;
  readonly snapshots: Snapshots;
  readonly relyingParties: RelyingParties;
  readonly addresses: Addresses;
  readonly cookies: VisitorCookies;
  readonly render: Render;
}

export function createWaitingPage(deps: WaitingPageDeps): Middleware {
  const { provider, visitors, snapshots, addresses, cookies, render } = deps;

  function show(ctx: Context, status: number, view: string, data: Record<string, unknown>): void {
    ctx.status = status;
    ctx.type = 'html';
    ctx.set('Cache-Control', 'no-store');
    ctx.body = render(view, data);
  }

  /** The room's waiting page with the facts; while the store is away, with what the ticket says. */
  function showFacts(ctx: Context, title: string, ticket: Ticket, facts: Facts | null): void {
    const refresh = !facts || facts.state === 'served' ? RETRY_AFTER : facts.heartbeat_after;
    show(ctx, 200, 'waiting', {
      title,
      facts,
      number: ticket.number,
      statusUrl: `/rooms/${ticket.room}/status`,
      // Without a script the page looks again by itself, and that keeps its visitor present.
      refresh,
    });
  }

  async function showPage(ctx: Context, room: string, pending: Pending, ticket: Ticket | null): Promise<void> {
    const snapshot = await snapshots.get(room).catch((error: unknown) => {
      if (awayCause(error)) return null;
      throw error;
    });
    const title = snapshot?.settings.title ?? room;
    if (!ticket) {
      if (snapshot?.settings.mode === 'closed') {
        show(ctx, 200, 'closed', { title, message: snapshot.settings.message });
      } else joinAnew(ctx, room, pending);
      return;
    }
    try {
      showFacts(ctx, title, ticket, await visitors.facts(ticket));
    } catch (error) {
      if (awayCause(error)) showFacts(ctx, title, ticket, null);
      else if (error instanceof AnteroomError && error.code === 'ticket_invalid') joinAnew(ctx, room, pending);
      else throw error;
    }
  }

  /** Without a ticket of this line: through /authorize once more, which gives one; a second time it explains. */
  function joinAnew(ctx: Context, room: string, pending: Pending): void {
    const cookiesComeBack = cookies.visitor(ctx.req.headers.cookie) !== null;
    if (pending.kind === 'travelling' && (cookiesComeBack || !pending.query.includes(`${RETRY}=`))) {
      const query = cookiesComeBack ? pending.query : `${pending.query}&${RETRY}=1`;
      ctx.status = 303;
      ctx.redirect(`/authorize?${query}`);
      return;
    }
    const again = pending.kind === 'travelling' ? `/authorize?${pending.query}` : null;
    show(ctx, 400, 'no-cookies', { title: room, again });
  }

  /** On to the relying party: once more through /authorize, which finds the admission. */
  async function goOn(ctx: Context, pending: Pending, ticket: Ticket): Promise<void> {
    if (pending.kind === 'travelling') {
      ctx.status = 303;
      ctx.redirect(`/authorize?${pending.query}`);
      return;
    }
    const resume = await provider.interactionResult(ctx.req, ctx.res, { login: { accountId: ticket.visitor } });
    ctx.status = 303;
    ctx.redirect(resume);
  }

  function back(ctx: Context): void {
    ctx.status = 303;
    ctx.redirect(ctx.url);
  }

  async function pendingOf(ctx: Context, room: string): Promise<Pending | null> {
    const pending = addresses.read(room, ctx.querystring);
    if (!pending) await showAltered(ctx, room);
    return pending;
  }

  async function showAltered(ctx: Context, room: string): Promise<void> {
    const clientId = ctx.query.client_id;
    const party = typeof clientId === 'string' ? await deps.relyingParties.find(clientId).catch(() => null) : null;
    const known = party?.room === room ? party : null;
    show(ctx, 400, 'altered', { title: room, way_back: known?.landing_url ?? null });
  }

  const router = new Router();

  router.get('/rooms/:room/wait', async (ctx) => {
    const { room = '' } = ctx.params;
    await orNotFound(ctx, room, async () => {
      const pending = await pendingOf(ctx, room);
      if (pending) await showPage(ctx, room, pending, cookies.ticket(ctx.req.headers.cookie, room));
    });
  });

  router.post('/rooms/:room/wait', async (ctx) => {
    const { room = '' } = ctx.params;
    await orNotFound(ctx, room, async () => {
      const pending = await pendingOf(ctx, room);
      if (!pending) return;
      const ticket = cookies.ticket(ctx.req.headers.cookie, room);
      const form = await readForm(ctx.req);
      if (!ticket) {
        joinAnew(ctx, room, pending);
      } else if (form.get('leave') === '1') {
        await visitors.leave(ticket);
        ctx.append('Set-Cookie', cookies.take(room));
        const again = pending.kind === 'travelling' ? `/authorize?${pending.query}` : null;
        show(ctx, 200, 'left', { title: room, number: ticket.number, again });
      } else if (form.get('rejoin') === '1') {
        const rejoined = await visitors.rejoin(ticket);
        if (rejoined !== ticket) ctx.append('Set-Cookie', cookies.give(rejoined));
        back(ctx);
      } else {
        const place = await visitors.claim(ticket);
        if (place.state === 'admitted') await goOn(ctx, pending, ticket);
        else if (place.state === 'stale') joinAnew(ctx, room, pending);
        else back(ctx);
      }
    });
  });

  async function orNotFound(ctx: Context, room: string, serve: () => Promise<void>): Promise<void> {
    try {
      await serve();
    } catch (error) {
      if (!(error instanceof RoomNotFound)) throw error;
      show(ctx, 404, 'error', { code: 'room_not_found', description: `There is no room "${room}" here.` });
    }
  }

  // The router adds to the context what its middleware's type asks to be there.
  return chain(router.routes() as Middleware, router.allowedMethods() as Middleware);
}
