/**
 * `/rooms/{room}/wait`: GET shows the waiting page, complete without scripts; POST claims the turn, leaves the line, or
 * rejoins it. After the turn the door that the visitor came through continues.
 */
import Router from '@koa/router';
import type { Context, Middleware } from 'koa';
import { chain } from '#http/chain.ts';
import { readForm } from '#http/form.ts';
import { seeOther } from '#http/see-other.ts';
import { unavailableCause } from '#http/unavailable-cause.ts';
import type { VisitorCookies } from '#http/visitor-cookies.ts';
import { AnteroomError, RoomClosed, RoomNotFound } from '#waiting-room/errors.ts';
import type { Snapshots } from '#waiting-room/snapshots.ts';
import type { Visitors } from '#waiting-room/visitors.ts';
import { showUnavailable } from '../unavailable.ts';
import type { Render } from '../views.ts';
import type { Addresses, Pending } from './address.ts';
import type { Continuations } from './continuation.ts';
import { continuationOf } from './continuation.ts';
import type { KnownRoom } from './waiting-views.ts';
import { createWaitingViews } from './waiting-views.ts';

export interface WaitingPageDeps {
  readonly visitors: Visitors;
  readonly snapshots: Snapshots;
  readonly addresses: Addresses;
  readonly cookies: VisitorCookies;
  readonly render: Render;
  readonly continuations: Continuations;
  /** The URL of the site that an altered address belongs to; null if it is not known. */
  readonly wayBack: (room: string, query: URLSearchParams) => Promise<string | null>;
}

export function createWaitingPage(deps: WaitingPageDeps): Middleware {
  const { visitors, snapshots, addresses, cookies, render, continuations, wayBack } = deps;
  const views = createWaitingViews(render);

  /** Rejects with RoomNotFound. */
  async function findRoom(room: string): Promise<KnownRoom> {
    return snapshots.get(room).catch((error: unknown) => {
      if (unavailableCause(error)) return null;
      throw error;
    });
  }

  async function showPage(ctx: Context, room: string, pending: Pending): Promise<void> {
    const known = await findRoom(room);
    const header = ctx.req.headers.cookie;
    const ticket = cookies.ticket(header, room);
    if (!ticket) {
      const { restartUrl } = continuationOf(continuations, pending);
      if (cookies.hasLeft(header, room)) views.left(ctx, known, room, restartUrl(room, pending));
      else if (known?.settings.mode === 'closed') views.closed(ctx, known, room);
      else restart(ctx, known, room, pending);
      return;
    }
    try {
      views.waiting(ctx, known, ticket, await visitors.facts(ticket));
    } catch (error) {
      if (unavailableCause(error)) views.waiting(ctx, known, ticket, null);
      else if (error instanceof AnteroomError && error.code === 'ticket_invalid') restart(ctx, known, room, pending);
      else throw error;
    }
  }

  /** Sends a visitor without a valid ticket through the door again. Without cookies this happens once. */
  function restart(ctx: Context, known: KnownRoom, room: string, pending: Pending): void {
    const { restartUrl, retryUrl } = continuationOf(continuations, pending);
    const hasCookies = cookies.visitor(ctx.req.headers.cookie) !== null;
    const url = hasCookies ? restartUrl(room, pending) : retryUrl(room, pending);
    if (url) seeOther(ctx, url);
    else views.cookiesRequired(ctx, known, room, restartUrl(room, pending));
  }

  /** Null if the address cannot be used, which has been answered then. */
  async function readPending(ctx: Context, room: string): Promise<Pending | null> {
    const pending = addresses.read(room, ctx.querystring);
    if (!pending) {
      const known = await findRoom(room);
      views.addressAltered(ctx, known, room, await wayBack(room, new URLSearchParams(ctx.querystring)));
      return null;
    }
    const ticket = cookies.ticket(ctx.req.headers.cookie, room);
    if (!ticket || !continuationOf(continuations, pending).isForeign(pending, ticket)) return pending;
    views.foreign(ctx);
    return null;
  }

  async function handleForm(ctx: Context, room: string, pending: Pending, form: URLSearchParams): Promise<void> {
    const ticket = cookies.ticket(ctx.req.headers.cookie, room);
    if (form.get('leave') === '1') {
      if (ticket) await visitors.leave(ticket);
      ctx.append('Set-Cookie', cookies.take(room));
    } else if (ticket && form.get('rejoin') === '1') {
      const rejoined = await visitors.rejoin(ticket);
      if (rejoined !== ticket) ctx.append('Set-Cookie', cookies.give(rejoined));
    } else if (ticket) {
      const place = await visitors.claim(ticket);
      if (place.state === 'admitted') {
        const { resume } = continuationOf(continuations, pending);
        return resume(ctx, { room, pending, ticket, form, admission: place.admission });
      }
    }
    // Back to the page, which shows what there is to do.
    seeOther(ctx, ctx.url);
  }

  async function answer(ctx: Context, room: string, handle: (pending: Pending) => Promise<void>): Promise<void> {
    try {
      const pending = await readPending(ctx, room);
      if (pending) await handle(pending);
    } catch (error) {
      if (error instanceof RoomNotFound) views.roomNotFound(ctx);
      else if (error instanceof RoomClosed) views.closed(ctx, await findRoom(room), room);
      else if (unavailableCause(error)) showUnavailable(ctx, render);
      else throw error;
    }
  }

  const router = new Router();
  router.get('/rooms/:room/wait', async (ctx) => {
    const { room = '' } = ctx.params;
    await answer(ctx, room, (pending) => showPage(ctx, room, pending));
  });
  router.post('/rooms/:room/wait', async (ctx) => {
    const { room = '' } = ctx.params;
    const form = await readForm(ctx.req);
    await answer(ctx, room, (pending) => handleForm(ctx, room, pending, form));
  });

  // The router's own type of context has more than this middleware needs.
  return chain(router.routes() as Middleware, router.allowedMethods() as Middleware);
}
