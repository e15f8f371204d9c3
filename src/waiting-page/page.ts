/**
 * The waiting page: where a visitor is while what they came for is pending. GET shows the facts, complete without a
 * script; POST claims the turn and goes on, or leaves the line, or rejoins it. Where it goes on to is the business of
 * the door that they came through.
 */
import Router from '@koa/router';
import type { Context, Middleware } from 'koa';
import { seeOther, sendPage } from '#http/answer.ts';
import { chain } from '#http/chain.ts';
import { readForm } from '#http/form.ts';
import type { Render } from '#http/unavailable.ts';
import { RETRY_AFTER, showUnavailable, unavailableCause } from '#http/unavailable.ts';
import type { VisitorCookies } from '#http/visitor-cookies.ts';
import { AnteroomError, RoomClosed, RoomNotFound } from '#waiting-room/errors.ts';
import type { Facts } from '#waiting-room/facts.ts';
import type { Admission } from '#waiting-room/line/admission.ts';
import type { Snapshot, Snapshots } from '#waiting-room/snapshots.ts';
import type { Ticket } from '#waiting-room/ticket.ts';
import type { Visitors } from '#waiting-room/visitors.ts';
import type { Addresses, Pending, PendingRequest, PendingReturn } from './address.ts';

/** Somebody who waited, once they are inside. */
export interface Admitted<P extends Pending> {
  readonly room: string;
  readonly pending: P;
  readonly ticket: Ticket;
  /** What the page's form sent. */
  readonly form: URLSearchParams;
  readonly admission: Admission;
}

/** What a door does with those who waited for it. */
export interface Continuation<P extends Pending> {
  /** Where they get a ticket: through the door once more. Null where that cannot be done. */
  restartUrl(room: string, pending: P): string | null;
  /** The same with a note of it, so that it is not done for ever; null where there is one already. */
  retryUrl(room: string, pending: P): string | null;
  /** Whether what is pending is not this visitor's to finish. */
  isForeign(pending: P, ticket: Ticket): boolean;
  /** Answers somebody who is inside. */
  resume(ctx: Context, admitted: Admitted<P>): Promise<void>;
}

export interface WaitingPageDeps {
  readonly visitors: Visitors;
  readonly snapshots: Snapshots;
  readonly addresses: Addresses;
  readonly cookies: VisitorCookies;
  readonly render: Render;
  /** By what is pending. */
  readonly continuations: {
    readonly request: Continuation<PendingRequest>;
    readonly return: Continuation<PendingReturn>;
  };
  /** Where an altered address of the room may lead back to; null where nothing is known. */
  readonly wayBack: (room: string, query: URLSearchParams) => Promise<string | null>;
}

export function createWaitingPage(deps: WaitingPageDeps): Middleware {
  const { visitors, snapshots, addresses, cookies, render, wayBack } = deps;

  /** The door that something pending came through. */
  function continuationOf(pending: Pending): Continuation<Pending> {
    return (
      pending.kind === 'return' ? deps.continuations.return : deps.continuations.request
    ) as Continuation<Pending>;
  }

  function show(ctx: Context, status: number, view: string, data: Record<string, unknown>): void {
    sendPage(ctx, status, render(view, data));
  }

  /** Null while the store is away and nothing was ever heard of the room; rejects with RoomNotFound. */
  async function snapshotOf(room: string): Promise<Snapshot | null> {
    return snapshots.get(room).catch((error: unknown) => {
      if (unavailableCause(error)) return null;
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
    show(ctx, 200, 'room-closed', { title, message });
  }

  async function showPage(ctx: Context, room: string, pending: Pending): Promise<void> {
    const snapshot = await snapshotOf(room);
    const header = ctx.req.headers.cookie;
    const ticket = cookies.ticket(header, room);
    const { title = room, mode } = snapshot?.settings ?? {};
    if (!ticket) {
      if (cookies.hasLeft(header, room))
        show(ctx, 200, 'left-line', { title, again: continuationOf(pending).restartUrl(room, pending) });
      else if (mode === 'closed') showClosed(ctx, snapshot, room);
      else joinAnew(ctx, room, title, pending);
      return;
    }
    try {
      showFacts(ctx, snapshot, ticket, await visitors.facts(ticket));
    } catch (error) {
      if (unavailableCause(error)) showFacts(ctx, snapshot, ticket, null);
      else if (error instanceof AnteroomError && error.code === 'ticket_invalid') joinAnew(ctx, room, title, pending);
      else throw error;
    }
  }

  /** Without a ticket of this line: through the door once more, which gives one; a second time it explains. */
  function joinAnew(ctx: Context, room: string, title: string, pending: Pending): void {
    const door = continuationOf(pending);
    const cookiesComeBack = cookies.visitor(ctx.req.headers.cookie) !== null;
    const way = cookiesComeBack ? door.restartUrl(room, pending) : door.retryUrl(room, pending);
    if (way) {
      seeOther(ctx, way);
      return;
    }
    show(ctx, 400, 'cookies-required', { title, again: door.restartUrl(room, pending) });
  }

  function showForeign(ctx: Context): void {
    const description = 'This waiting page belongs to another browser.';
    show(ctx, 400, 'error', { code: 'not_yours', description });
  }

  function back(ctx: Context): void {
    seeOther(ctx, ctx.url);
  }

  async function pendingOf(ctx: Context, room: string): Promise<Pending | null> {
    const pending = addresses.read(room, ctx.querystring);
    const ticket = cookies.ticket(ctx.req.headers.cookie, room);
    if (!pending) {
      await showAltered(ctx, room);
    } else if (ticket && continuationOf(pending).isForeign(pending, ticket)) {
      showForeign(ctx);
      return null;
    }
    return pending;
  }

  async function showAltered(ctx: Context, room: string): Promise<void> {
    const snapshot = await snapshotOf(room);
    const way_back = await wayBack(room, new URLSearchParams(ctx.querystring));
    show(ctx, 400, 'address-altered', { title: snapshot?.settings.title ?? room, way_back });
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
      if (place.state !== 'admitted') back(ctx);
      else await continuationOf(pending).resume(ctx, { room, pending, ticket, form, admission: place.admission });
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
        show(ctx, 404, 'error', { code: error.code, description: 'There is no such waiting room.' });
      } else if (error instanceof RoomClosed) showClosed(ctx, await snapshotOf(room), room);
      else if (unavailableCause(error)) showUnavailable(ctx, render);
      else throw error;
    }
  }

  // The router adds to the context what its middleware's type asks to be there.
  return chain(router.routes() as Middleware, router.allowedMethods() as Middleware);
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
