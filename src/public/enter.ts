/**
 * `GET /rooms/{room}/enter?return_to=URL`: a site sends its visitors here, they wait like the rest, and go back to
 * URL with a token that says who they are. It is a door of the waiting page, beside that of OpenID Connect.
 */
import Router from '@koa/router';
import type { Context, Middleware } from 'koa';
import type { LoopGuard } from '#http/loop-guard.ts';
import { isNavigation } from '#http/navigation.ts';
import { Problem } from '#http/problem.ts';
import { unavailableCause } from '#http/unavailable-cause.ts';
import type { VisitorCookies } from '#http/visitor-cookies.ts';
import { sendPage } from '#pages/send-page.ts';
import { showUnavailable } from '#pages/unavailable.ts';
import type { Render } from '#pages/views.ts';
import type { Addresses, PendingReturn } from '#pages/waiting/address.ts';
import { canReturnTo, RETRY } from '#pages/waiting/address.ts';
import type { Continuation } from '#pages/waiting/continuation.ts';
import type { Tokens } from '#tokens/index.ts';
import { AnteroomError, RoomClosed, RoomNotFound } from '#waiting-room/errors.ts';
import type { Admission } from '#waiting-room/line/admission.ts';
import { isReturnUrl, withToken } from '#waiting-room/return-urls.ts';
import type { Snapshots } from '#waiting-room/snapshots.ts';
import type { Visitors } from '#waiting-room/visitors.ts';

/** In the query of who was here just before: cookies have come with it, or the browser keeps none. */
const AGAIN = 'anteroom_again';
/** In the query of whom a gate sends. */
const GATE = 'anteroom_gate';

export interface EnterDeps {
  readonly visitors: Pick<Visitors, 'arrive'>;
  readonly snapshots: Pick<Snapshots, 'get'>;
  readonly cookies: VisitorCookies;
  readonly loops: LoopGuard;
  readonly addresses: Addresses;
  readonly tokens: Pick<Tokens, 'toReturn'>;
  readonly render: Render;
  readonly now: () => number;
}

export interface Enter {
  readonly middleware: Middleware;
  /** What becomes of those who waited to return. */
  readonly continuation: Continuation<PendingReturn>;
}

/** Path and query of the door for somebody who wants to come to `url`. */
export function enterPath(room: string, url: string): string {
  return `/rooms/${room}/enter?return_to=${encodeURIComponent(url)}`;
}

/** The same for whom a gate sends, who would come back to it for ever without cookies. */
export function enterFromGate(room: string, url: string): string {
  return `${enterPath(room, url)}&${GATE}=1`;
}

export function createEnter(deps: EnterDeps): Enter {
  const { visitors, snapshots, cookies, loops, addresses, tokens, render, now } = deps;

  function showError(ctx: Context, status: number, code: string, description: string): void {
    sendPage(ctx, status, render('error', { code, description }));
  }

  function showRefused(ctx: Context): void {
    const description = 'This waiting room does not lead to the address you were sent with.';
    showError(ctx, 400, 'return_url_refused', description);
  }

  /** As it is written, byte for byte: Koa's own redirect writes it anew. */
  function goTo(ctx: Context, url: string): void {
    ctx.status = 303;
    ctx.set({ Location: url, 'Cache-Control': 'no-store' });
    ctx.body = null;
    ctx.status = 303;
  }

  async function isAllowed(room: string, url: string): Promise<boolean> {
    const { settings } = await snapshots.get(room);
    return canReturnTo(url) && isReturnUrl(url, settings.return_urls);
  }

  /** With what is left of the admission; false where nothing is. */
  async function takeBack(ctx: Context, room: string, url: string, admission: Admission): Promise<boolean> {
    try {
      goTo(ctx, withToken(url, await tokens.toReturn(room, admission)));
      return true;
    } catch (error) {
      if (error instanceof AnteroomError && error.code === 'admission_over') return false;
      throw error;
    }
  }

  /** Whether the site keeps sending the visitor back here; records the return otherwise. */
  function isLooping(ctx: Context, room: string, url: string, isConfirmed: boolean): boolean {
    const { origin, pathname } = new URL(url);
    const loop = { step: 'return', key: room, place: origin + pathname } as const;
    if (isConfirmed) loops.clear(ctx, loop);
    else if (loops.verdict(ctx, loop) === 'stop') return true;
    else loops.record(ctx, loop);
    return false;
  }

  /** Returns an admitted visitor to the site. Cookies that do not come back, here or there, would make a loop. */
  async function goBack(ctx: Context, room: string, url: string, admission: Admission): Promise<boolean> {
    const again = `${enterPath(room, url)}&${AGAIN}=1`;
    if (GATE in ctx.query && cookies.visitor(ctx.req.headers.cookie) === null) goTo(ctx, again);
    else if (isLooping(ctx, room, url, AGAIN in ctx.query)) {
      const { title } = (await snapshots.get(room)).settings;
      const action = `/rooms/${room}/enter`;
      sendPage(ctx, 200, render('return-loop', { title, host: new URL(url).host, action, url }));
    } else return takeBack(ctx, room, url, admission);
    return true;
  }

  async function enter(ctx: Context, room: string): Promise<void> {
    const { return_to } = ctx.query;
    const url = typeof return_to === 'string' ? inAscii(return_to) : '';
    if (!(await isAllowed(room, url))) return showRefused(ctx);
    const header = ctx.req.headers.cookie;
    const visitor = cookies.visitor(header);
    if (AGAIN in ctx.query && visitor === null) {
      const { title } = (await snapshots.get(room)).settings;
      return sendPage(ctx, 400, render('cookies-required', { title, again: enterPath(room, url) }));
    }
    const pending: PendingReturn = { kind: 'return', url, retried: RETRY in ctx.query, arrivedAt: now() };
    try {
      const brought = { visitor, ticket: cookies.ticket(header, room) };
      const { ticket, admission, isNew } = await visitors.arrive(room, brought);
      if (isNew) ctx.append('Set-Cookie', cookies.give(ticket));
      if (admission && (await goBack(ctx, room, url, admission))) return;
    } catch (error) {
      // The waiting page says that it is closed.
      if (!(error instanceof RoomClosed)) throw error;
    }
    goTo(ctx, addresses.of(room, pending));
  }

  const router = new Router();
  router.get('/rooms/:room/enter', async (ctx) => {
    const { room = '' } = ctx.params;
    if (!isNavigation(ctx)) {
      throw new Problem('invalid_request', { detail: 'This address is for navigations: send the visitor there.' });
    }
    try {
      await enter(ctx, room);
    } catch (error) {
      if (error instanceof RoomNotFound) showError(ctx, 404, error.code, 'There is no such waiting room.');
      else if (unavailableCause(error)) showUnavailable(ctx, render);
      else throw error;
    }
  });

  return {
    // The router adds to the context what its middleware's type asks to be there.
    middleware: router.routes() as Middleware,
    continuation: {
      restartUrl: (room, { url }) => enterPath(room, url),
      retryUrl: (room, { url, retried }) => (retried ? null : `${enterPath(room, url)}&${RETRY}=1`),
      // Whoever comes to the address waits for themselves, and goes where the room allows.
      isForeign: () => false,
      async resume(ctx, { room, pending, admission }) {
        if (!(await isAllowed(room, pending.url))) showRefused(ctx);
        else if (!(await takeBack(ctx, room, pending.url, admission))) goTo(ctx, ctx.url);
      },
    },
  };
}

/** A site that wrote its address into the query without a second encoding. */
function inAscii(url: string): string {
  return url.replace(/[\u0080-\uffff]+/g, encodeURIComponent);
}
