/**
 * `/rooms/{room}/wait`: GET shows the waiting page, complete without scripts; POST claims the turn, leaves the line, or
 * rejoins it. After the turn the door that the visitor came through continues.
 */
import Router from '@koa/router';
import type { Context, Middleware } from 'koa';
import type { Challenges } from '#challenges/index.ts';
import { providers } from '#challenges/providers/index.ts';
import type { BrowserUses } from '#http/browser-uses.ts';
import { chain } from '#http/chain.ts';
import type { EntryRequestOf } from '#http/entry-requests.ts';
import { readForm } from '#http/form.ts';
import { allowFraming, allowSources } from '#http/framing.ts';
import { frameRefusal } from '#http/navigation.ts';
import { problemOf } from '#http/problem.ts';
import type { PublicUrls } from '#http/public-urls.ts';
import type { RoomRules } from '#http/room-rules.ts';
import { isSameOrigin } from '#http/same-origin.ts';
import { seeOther } from '#http/see-other.ts';
import { unavailableCause } from '#http/unavailable-cause.ts';
import type { VisitorCookies } from '#http/visitor-cookies.ts';
import { withoutBypass } from '#waiting-room/entry/decide-entry.ts';
import { providerOf } from '#waiting-room/entry/entry-settings.ts';
import { AnteroomError, ChallengeRequired, JoinRefused, RoomClosed, RoomNotFound } from '#waiting-room/errors.ts';
import { newcomerFacts } from '#waiting-room/facts.ts';
import type { RoomOrigins } from '#waiting-room/room-origins.ts';
import type { Snapshots } from '#waiting-room/snapshots.ts';
import type { Ticket } from '#waiting-room/ticket.ts';
import { newVisitor } from '#waiting-room/ticket.ts';
import type { VisitorId } from '#waiting-room/visitor.ts';
import type { Visitors } from '#waiting-room/visitors.ts';
import { sendPage } from '../send-page.ts';
import { showUnavailable } from '../unavailable.ts';
import type { Render } from '../views.ts';
import type { Addresses, Pending } from './address.ts';
import { targetOf } from './address.ts';
import type { Continuations } from './continuation.ts';
import { continuationOf } from './continuation.ts';
import type { CurrentTicket } from './current-ticket.ts';
import { keepLanguage } from './language-form.ts';
import { newcomerStateOf, readNewcomerState, withNewcomerState, withoutNewcomerState } from './newcomer-state.ts';
import { createNoticeForm, type NoticeFormDeps } from './notice-form.ts';
import type { NoticeProgressOf } from './notice-progress.ts';
import { afterForm, readNoticeState, withNoticeState, withoutNoticeState } from './notice-state.ts';
import { type Presses, withoutPress } from './presses.ts';
import { createProofForm, type Opened } from './proof-form.ts';
import { readUseState, withoutUseState, withUseState } from './use-state.ts';
import type { KnownRoom, WaitingViews } from './waiting-views.ts';

/** Marks an address whose browser was given a cookie, to see whether it comes back. */
const NAMED = 'anteroom_named';

export interface WaitingPageDeps {
  readonly visitors: Visitors;
  readonly snapshots: Snapshots;
  /** Whose pages may show this one in a frame, if the room allows frames. */
  readonly origins: Pick<RoomOrigins, 'of'>;
  readonly addresses: Addresses;
  readonly cookies: VisitorCookies;
  readonly currentTicket: CurrentTicket;
  readonly presses: Presses;
  readonly challenges: Pick<Challenges, 'check' | 'use'>;
  readonly requestOf: EntryRequestOf;
  readonly roomRules: RoomRules;
  readonly noticeRequests: NoticeFormDeps['noticeRequests'];
  readonly noticeProgress: NoticeProgressOf;
  readonly localeOf: NoticeFormDeps['localeOf'];
  readonly browserUses: Pick<BrowserUses, 'takeOver'>;
  readonly render: Render;
  readonly views: WaitingViews;
  readonly continuations: Continuations;
  /** The origin of the service is where its forms come from. */
  readonly urls: Pick<PublicUrls, 'origin' | 'pathOf'>;
}

export function createWaitingPage(deps: WaitingPageDeps): Middleware {
  const { visitors, snapshots, origins, addresses, cookies, currentTicket, render, views, continuations, urls } = deps;
  const { requestOf, roomRules, browserUses, presses, noticeProgress } = deps;
  const proofForm = createProofForm({ ...deps, pageOf });
  const noticeForm = createNoticeForm(deps);

  /** Rejects with RoomNotFound. */
  async function findRoom(room: string): Promise<KnownRoom> {
    return snapshots.get(room).catch((error: unknown) => {
      if (unavailableCause(error)) return null;
      throw error;
    });
  }

  async function showPage(ctx: Context, room: string, { pending, ticket }: Opened): Promise<void> {
    const known = await findRoom(room);
    if (known?.settings.frames === 'same-site') allowFraming(ctx, await origins.of(room).catch(() => []));
    const provider = known ? providerOf(known.settings) : null;
    if (provider) allowSources(ctx, providers[provider.provider].sources);
    const site = continuationOf(continuations, pending).siteOf(pending);
    const landing = await landingOf(known, room, pending);
    if (!ticket) {
      const { restartUrl } = continuationOf(continuations, pending);
      const state = readNewcomerState(ctx.querystring);
      if (state && known && known.settings.mode !== 'closed') {
        views.newcomer(ctx, known, newcomerFacts(known, state), restartUrl(room, pending), site);
      } else if (cookies.hasLeft(ctx.req.headers.cookie, room)) views.left(ctx, known, room, restartUrl(room, pending));
      else if (known?.settings.mode === 'closed') views.closed(ctx, known, room, landing);
      else restart(ctx, known, room, pending);
      return;
    }
    const former = cookies.former(ctx.req.headers.cookie, room);
    try {
      const use = readUseState(ctx.querystring);
      if (use && (await visitors.admission(room, ticket.visitor))) {
        return views.inUse(ctx, known, room, use, continuationOf(continuations, pending).restartUrl(room, pending));
      }
      if (await continuationOf(continuations, pending).ask(ctx, { room, pending, ticket })) return;
      const facts = await presses.facts(known?.settings ?? null, ticket, ctx.querystring);
      const notice = readNoticeState(ctx.querystring);
      const { state } = notice ? await noticeProgress(ticket, facts, notice) : { state: null };
      if (state && state !== notice)
        return seeOther(ctx, withNoticeState(withoutNoticeState(urls.pathOf(ctx.url)), state));
      views.waiting(ctx, known, ticket, facts, site, landing, former);
    } catch (error) {
      if (unavailableCause(error)) views.waiting(ctx, known, ticket, null, site, landing, former);
      else if (error instanceof AnteroomError && error.code === 'ticket_invalid') restart(ctx, known, room, pending);
      else throw error;
    }
  }

  /** Where the visitors of a room go that is sold out, or may be soon. */
  async function landingOf(known: KnownRoom, room: string, pending: Pending): Promise<string | null> {
    if (!known || (known.stock === null && known.settings.closed_reason !== 'sold_out')) return null;
    return continuationOf(continuations, pending).landingUrl(room, pending);
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
  async function open(ctx: Context, room: string): Promise<Opened | null> {
    const header = ctx.req.headers.cookie;
    const ticket = await currentTicket(header, room);
    const pending = addresses.read(room, ctx.querystring);
    if (!pending) {
      const known = await findRoom(room);
      const guess = addresses.guess(ctx.querystring);
      const wayBack = await continuationOf(continuations, guess).freshUrl(room, guess);
      views.addressAltered(ctx, known, room, { wayBack, hasPlace: ticket !== null });
      return null;
    }
    const visitor = ticket?.visitor ?? cookies.visitor(header);
    if (!continuationOf(continuations, pending).isForeign(pending, visitor)) return { pending, ticket };
    await answerForeign(ctx, room, pending, visitor);
    return null;
  }

  /** The request of another visitor starts over at the site before this one gets a number. */
  async function answerForeign(ctx: Context, room: string, pending: Pending, visitor: VisitorId | null): Promise<void> {
    const { freshUrl, restartUrl } = continuationOf(continuations, pending);
    if (visitor === null) {
      // A form of another site brings no SameSite=Lax cookies: one that is set here would replace the visitor's own.
      if (ctx.method === 'POST') return seeOther(ctx, pageOf(ctx));
      // A browser that keeps no cookies would be redirected for ever, so it first has to show that it keeps one.
      if (NAMED in ctx.query) return views.cookiesRequired(ctx, await findRoom(room), room, restartUrl(room, pending));
      ctx.append('Set-Cookie', cookies.name(newVisitor()));
      return seeOther(ctx, urls.pathOf(`${ctx.path}?${ctx.querystring}&${NAMED}=1`));
    }
    const url = await freshUrl(room, pending);
    if (url) seeOther(ctx, url);
    else views.foreign(ctx);
  }

  /** The page that a form goes back to. */
  function pageOf(ctx: Context): string {
    return urls.pathOf(afterForm(withoutPress(withoutUseState(withoutNewcomerState(ctx.url))), ctx.querystring));
  }

  /** The page that a form goes back to which its visitor has sent, and not another site. */
  function pressedPageOf(ctx: Context, ticket: Ticket | null): string {
    return ticket ? presses.after(pageOf(ctx), ticket, ctx.querystring) : pageOf(ctx);
  }

  /** Null if the visitor has to wait before the line again, which has been answered then. */
  async function rejoin(ctx: Context, ticket: Ticket, pending: Pending): Promise<Ticket | null> {
    const { settings } = await snapshots.get(ticket.room);
    const action = await roomRules(settings, ctx.req, { url: targetOf(pending), method: 'GET' });
    const refusal = frameRefusal(ctx, settings.frames);
    try {
      return await visitors.rejoin(ticket, { ...requestOf(ctx.req), refusal, action: withoutBypass(action) });
    } catch (error) {
      const state = newcomerStateOf(error);
      if (state === null) throw error;
      // Their number is used up.
      ctx.append('Set-Cookie', cookies.take(ticket.room));
      seeOther(ctx, withNewcomerState(withoutNoticeState(pageOf(ctx)), state));
      return null;
    }
  }

  async function handleForm(ctx: Context, room: string, opened: Opened, form: URLSearchParams): Promise<void> {
    const { pending } = opened;
    const isOwn = isSameOrigin(ctx, urls.origin);
    const ticket = isOwn ? opened.ticket : null;
    if (isOwn && form.has('proof')) return proofForm(ctx, room, { ticket, pending }, form.get('proof') ?? '');
    if (isOwn && form.has('notice')) {
      return noticeForm(ctx, ticket, form, { page: pressedPageOf(ctx, ticket), made: addresses.of(room, pending) });
    }
    if (ticket && form.get('leave') === '1') {
      await visitors.leave(ticket);
      ctx.append('Set-Cookie', cookies.take(room));
      return seeOther(ctx, withoutNoticeState(pageOf(ctx)));
    } else if (ticket && form.get('more_time') === '1') await visitors.extend(ticket);
    else if (ticket && form.get('rejoin') === '1') {
      const rejoined = await rejoin(ctx, ticket, pending);
      if (rejoined === null) return;
      if (rejoined !== ticket) ctx.append('Set-Cookie', cookies.give(rejoined, ticket));
      return seeOther(ctx, withoutNoticeState(pressedPageOf(ctx, ticket)));
    } else if (ticket) {
      const { confirmsClaims, resume } = continuationOf(continuations, pending);
      const place = await visitors.claim(ticket, confirmsClaims).catch(unlessChallenged);
      if (place?.state === 'admitted') {
        const { admission } = place;
        ctx.append('Set-Cookie', cookies.keepInside(ticket, admission));
        if (form.get('take_over') === '1' && !(await browserUses.takeOver(ctx, { room, admission }))) {
          return seeOther(ctx, withUseState(pageOf(ctx), 'busy'));
        }
        return resume(ctx, { room, pending, ticket, form, admission });
      }
    }
    // Back to the page, which shows what there is to do.
    seeOther(ctx, pressedPageOf(ctx, ticket));
  }

  async function answer(ctx: Context, room: string, handle: (opened: Opened) => Promise<void>): Promise<void> {
    try {
      const opened = await open(ctx, room);
      if (opened) await handle(opened);
    } catch (error) {
      if (error instanceof RoomNotFound) views.roomNotFound(ctx);
      else if (error instanceof RoomClosed) views.closed(ctx, await findRoom(room), room, null);
      else if (error instanceof JoinRefused) {
        const { code, reason } = error;
        sendPage(ctx, problemOf(error).status, render(ctx.req, 'error', { code, reason }));
      } else if (unavailableCause(error)) showUnavailable(ctx, render);
      else throw error;
    }
  }

  const router = new Router();
  router.get('/rooms/:room/wait', async (ctx) => {
    const { room = '' } = ctx.params;
    await answer(ctx, room, (opened) => showPage(ctx, room, opened));
  });
  router.post('/rooms/:room/wait', async (ctx) => {
    const { room = '' } = ctx.params;
    const form = await readForm(ctx.req);
    if (form.has('lang')) return keepLanguage(ctx, form.get('lang') ?? '', urls.pathOf(ctx.url), urls.origin);
    await answer(ctx, room, (opened) => handleForm(ctx, room, opened, form));
  });

  // The router's own type of context has more than this middleware needs.
  return chain(router.routes() as Middleware, router.allowedMethods() as Middleware);
}

/** The page shows a visitor who needs a proof for the turn that it checks the browser. */
function unlessChallenged(error: unknown): null {
  if (error instanceof ChallengeRequired) return null;
  throw error;
}
