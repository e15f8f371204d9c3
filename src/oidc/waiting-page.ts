/**
 * The waiting page: where a visitor is while their authorization request is pending. GET shows the facts, complete
 * without a script; POST claims the turn and goes on to the relying party, or leaves the line, or rejoins it.
 */
import Router from '@koa/router';
import type { Context, Middleware } from 'koa';
import type Provider from 'oidc-provider';
import { chain } from '#http/chain.ts';
import type { VisitorCookies } from '#http/visitor-cookies.ts';
import { AnteroomError, RoomClosed, RoomNotFound } from '#waiting-room/errors.ts';
import type { Facts } from '#waiting-room/facts.ts';
import type { RelyingParties } from '#waiting-room/relying-parties.ts';
import type { Snapshot, Snapshots } from '#waiting-room/snapshots.ts';
import type { Ticket } from '#waiting-room/ticket.ts';
import type { Visitors } from '#waiting-room/visitors.ts';
import type { Addresses, Pending } from './address.ts';
import { RETRY } from './address.ts';
import { readForm } from './form.ts';
import type { Render } from './pages.ts';
import { awayCause, RETRY_AFTER, showAway } from './pages.ts';

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
  const { provider, visitors, snapshots, relyingParties, addresses, cookies, render } = deps;

  function show(ctx: Context, status: number, view: string, data: Record<string, unknown>): void {
    ctx.status = status;
    ctx.type = 'html';
    ctx.set({ 'Cache-Control': 'no-store', 'X-Robots-Tag': 'noindex' });
    ctx.body = render(view, data);
  }

  /** Null while the store is away and nothing was ever heard of the room; rejects with RoomNotFound. */
  async function snapshotOf(room: string): Promise<Snapshot | null> {
    return snapshots.get(room).catch((error: unknown) => {
      if (awayCause(error)) return null;
      throw error;
    });
  }

  /** The waiting page with the facts; without them, as the store is away, with what the ticket says. */
  function showFacts(ctx: Context, snapshot: Snapshot | null, ticket: Ticket, facts: Facts | null): void {
    show(ctx, 200, 'waiting', {
      title: snapshot?.settings.title ?? ticket.room,
      script: 'waiting.js',
      facts,
      number: facts ? facts.number : ticket.number || null,
      order: snapshot?.event?.order ?? 'arrival',
      event: ticket.entry && snapshot ? snapshot.view.draws[ticket.entry.draw - 1]?.event : null,
      missedTurn: snapshot?.settings.admission.missed_turn ?? 'front',
      statusUrl: `/rooms/${ticket.room}/status`,
      refresh: refreshAfter(facts),
    });
  }

  function showClosed(ctx: Context, snapshot: Snapshot | null, room: string): void {
    const { title = room, message = null } = snapshot?.settings ?? {};
    show(ctx, 200, 'closed', { title, message });
  }

  async function showPage(ctx: Context, room: string, pending: Pending): Promise<void> {
    const snapshot = await snapshotOf(room);
    const header = ctx.req.headers.cookie;
    const ticket = cookies.ticket(header, room);
    const { title = room, mode } = snapshot?.settings ?? {};
    if (!ticket) {
      if (cookies.hasLeft(header, room)) show(ctx, 200, 'left', { title, again: authorizeUrl(pending) });
      else if (mode === 'closed') showClosed(ctx, snapshot, room);
      else joinAnew(ctx, title, pending);
      return;
    }
    try {
      showFacts(ctx, snapshot, ticket, await visitors.facts(ticket));
    } catch (error) {
      if (awayCause(error)) showFacts(ctx, snapshot, ticket, null);
      else if (error instanceof AnteroomError && error.code === 'ticket_invalid') joinAnew(ctx, title, pending);
      else throw error;
    }
  }

  /** Without a ticket of this line: through /authorize once more, which gives one; a second time it explains. */
  function joinAnew(ctx: Context, title: string, pending: Pending): void {
    const cookiesComeBack = cookies.visitor(ctx.req.headers.cookie) !== null;
    if (pending.kind === 'travelling' && (cookiesComeBack || !pending.query.includes(`${RETRY}=`))) {
      const query = cookiesComeBack ? pending.query : `${pending.query}&${RETRY}=1`;
      ctx.status = 303;
      ctx.redirect(`/authorize?${query}`);
      return;
    }
    show(ctx, 400, 'no-cookies', { title, again: authorizeUrl(pending) });
  }

  /** On to the relying party: once more through /authorize, which finds the admission. */
  async function goOn(ctx: Context, pending: Pending, ticket: Ticket): Promise<void> {
    if (pending.kind === 'travelling') {
      ctx.status = 303;
      ctx.redirect(`/authorize?${pending.query}`);
      return;
    }
    const interaction = await provider.Interaction.find(pending.interaction);
    if (!interaction) {
      const description = 'The request that waited here is over: it was finished already, or is too old.';
      show(ctx, 400, 'error', { code: 'interaction_over', description });
      return;
    }
    interaction.result = { login: { accountId: ticket.visitor } };
    await interaction.persist();
    ctx.status = 303;
    ctx.redirect(interaction.returnTo);
  }

  /** A stored request is finished by who came with it: on somebody else's admission it would let its sender in. */
  function isForeign(pending: Pending, ticket: Ticket | null): boolean {
    return pending.kind === 'stored' && ticket !== null && pending.owner !== addresses.ownerOf(ticket.visitor);
  }

  function showForeign(ctx: Context): void {
    const description = 'The request that waits at this address was begun in another browser.';
    show(ctx, 400, 'error', { code: 'not_yours', description });
  }

  function back(ctx: Context): void {
    ctx.status = 303;
    ctx.redirect(ctx.url);
  }

  async function pendingOf(ctx: Context, room: string): Promise<Pending | null> {
    const pending = addresses.read(room, ctx.querystring);
    if (!pending) {
      await showAltered(ctx, room);
    } else if (isForeign(pending, cookies.ticket(ctx.req.headers.cookie, room))) {
      showForeign(ctx);
      return null;
    }
    return pending;
  }

  async function showAltered(ctx: Context, room: string): Promise<void> {
    const snapshot = await snapshotOf(room);
    const clientId = ctx.query.client_id;
    const party = typeof clientId === 'string' ? await relyingParties.find(clientId).catch(() => null) : null;
    const wayBack = party?.room === room ? party.landing_url : null;
    show(ctx, 400, 'altered', { title: snapshot?.settings.title ?? room, way_back: wayBack });
  }

  async function act(ctx: Context, room: string, pending: Pending, form: URLSearchParams): Promise<void> {
    const ticket = cookies.ticket(ctx.req.headers.cookie, room);
    if (form.get('leave') === '1') {
      if (ticket) await visitors.leave(ticket);
      ctx.append('Set-Cookie', cookies.take(room));
      back(ctx);
    } else if (!ticket) {
      // The page finds out what there is to do.
      back(ctx);
    } else if (form.get('rejoin') === '1') {
      const rejoined = await visitors.rejoin(ticket);
      if (rejoined !== ticket) ctx.append('Set-Cookie', cookies.give(rejoined));
      back(ctx);
    } else {
      const place = await visitors.claim(ticket);
      if (place.state === 'admitted') await goOn(ctx, pending, ticket);
      else back(ctx);
    }
  }

  const router = new Router();

  router.get('/rooms/:room/wait', async (ctx) => {
    const { room = '' } = ctx.params;
    await orRefuse(ctx, room, async () => {
      const pending = await pendingOf(ctx, room);
      if (pending) await showPage(ctx, room, pending);
    });
  });

  router.post('/rooms/:room/wait', async (ctx) => {
    const { room = '' } = ctx.params;
    await orRefuse(ctx, room, async () => {
      const form = await readForm(ctx.req);
      const pending = await pendingOf(ctx, room);
      if (pending) await act(ctx, room, pending, form);
    });
  });

  async function orRefuse(ctx: Context, room: string, serve: () => Promise<void>): Promise<void> {
    try {
      await serve();
    } catch (error) {
      if (error instanceof RoomNotFound) {
        show(ctx, 404, 'error', { code: error.code, description: 'There is no such room here.' });
      } else if (error instanceof RoomClosed) showClosed(ctx, await snapshotOf(room), room);
      else if (awayCause(error)) showAway(ctx, render);
      else throw error;
    }
  }

  // The router adds to the context what its middleware's type asks to be there.
  return chain(router.routes() as Middleware, router.allowedMethods() as Middleware);
}

/** Where the pending request goes through /authorize again; null for one that is in the store. */
function authorizeUrl(pending: Pending): string | null {
  return pending.kind === 'travelling' ? `/authorize?${pending.query}` : null;
}

/**
 * In seconds: without a script the page looks again by itself, which keeps its visitor present. Whose turn it is has
 * until then to press the button; a turn that has passed stays so (0).
 */
function refreshAfter(facts: Facts | null): number {
  if (!facts) return RETRY_AFTER;
  if (facts.claim_by) return Math.ceil((Date.parse(facts.claim_by) - Date.parse(facts.updated_at)) / 1000) + 1;
  return facts.state === 'expired' ? 0 : facts.heartbeat_after;
}
