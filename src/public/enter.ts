/**
 * `GET /rooms/{room}/enter?return_to=URL`: a site sends its visitors here. They wait, then return to URL with a token
 * that says who they are.
 */
import Router from '@koa/router';
import type { Context, Middleware } from 'koa';
import { type BrowserUses, type Insider, ROUND, readRound, withRound } from '#http/browser-uses.ts';
import type { EntryRequestOf } from '#http/entry-requests.ts';
import { isNavigation } from '#http/navigation.ts';
import { passOf } from '#http/pass-of.ts';
import { Problem, problemOf } from '#http/problem.ts';
import type { PublicUrls } from '#http/public-urls.ts';
import type { RoomRules } from '#http/room-rules.ts';
import type { SenderCheck } from '#http/sender-check.ts';
import { unavailableCause } from '#http/unavailable-cause.ts';
import type { VisitorCookies } from '#http/visitor-cookies.ts';
import { sendPage } from '#pages/send-page.ts';
import { showUnavailable } from '#pages/unavailable.ts';
import type { Render } from '#pages/views.ts';
import type { Addresses, PendingReturn } from '#pages/waiting/address.ts';
import { canReturnTo, RETRY, shortenReturn } from '#pages/waiting/address.ts';
import type { Continuation } from '#pages/waiting/continuation.ts';
import { answerLanguageForm } from '#pages/waiting/language-form.ts';
import { newcomerStateOf, withNewcomerState } from '#pages/waiting/newcomer-state.ts';
import { withUseState } from '#pages/waiting/use-state.ts';
import type { Passes } from '#passes/index.ts';
import { withoutBypass } from '#waiting-room/entry/decide-entry.ts';
import { entryRefused, JoinRefused, RoomClosed, RoomNotFound } from '#waiting-room/errors.ts';
import type { NewcomerState } from '#waiting-room/facts.ts';
import { isReturnUrl } from '#waiting-room/return-urls.ts';
import type { Snapshots } from '#waiting-room/snapshots.ts';
import { newVisitor } from '#waiting-room/ticket.ts';
import { AGAIN, type EnterUrls, GATE } from './enter-urls.ts';
import type { ReturnToSite } from './return-to-site.ts';
import { redirectTo } from './return-to-site.ts';

export interface EnterDeps {
  readonly passes: Pick<Passes, 'arrive'>;
  readonly snapshots: Pick<Snapshots, 'get'>;
  readonly roomRules: RoomRules;
  readonly senderCheck: Pick<SenderCheck, 'refusal'>;
  readonly cookies: VisitorCookies;
  readonly addresses: Addresses;
  readonly requestOf: EntryRequestOf;
  readonly returnToSite: ReturnToSite;
  readonly browserUses: Pick<BrowserUses, 'begin'>;
  readonly urls: Pick<PublicUrls, 'origin' | 'pathOf' | 'isOwn'>;
  readonly enterUrls: EnterUrls;
  readonly render: Render;
  readonly now: () => number;
}

export interface Enter {
  readonly middleware: Middleware;
  /** Continues with the visitors who waited to return. */
  readonly continuation: Continuation<PendingReturn>;
}

export function createEnter(deps: EnterDeps): Enter {
  const { passes, snapshots, roomRules, cookies, addresses, returnToSite, urls, enterUrls, render, now } = deps;
  const { requestOf, browserUses, senderCheck } = deps;

  function showError(ctx: Context, status: number, code: string): void {
    sendPage(ctx, status, render(ctx.req, 'error', { code, languageForm: true }));
  }

  /** The room's `return_urls` may have changed: a visitor with a place gets a link to one that it has now. */
  async function showRefused(ctx: Context, room: string, url: string): Promise<void> {
    const code = 'return_url_refused';
    if (!cookies.ticket(ctx.req.headers.cookie, room)) return showError(ctx, 400, code);
    const { return_urls } = (await snapshots.get(room)).settings;
    const origin = URL.parse(url)?.origin;
    const site = return_urls.find((each) => new URL(each).origin === origin) ?? return_urls[0];
    sendPage(ctx, 400, render(ctx.req, 'error', { code, site }));
  }

  /** `enter` has found the return URL to be allowed by then. */
  function showJoinRefused(ctx: Context, refusal: JoinRefused): void {
    const site = refusal.needsPass ? new URL('/', String(ctx.query.return_to)).href : undefined;
    const { code, reason } = refusal;
    // A browser keeps no cookie in a frame of another site.
    const languageForm = code !== 'frame_refused';
    sendPage(ctx, problemOf(refusal).status, render(ctx.req, 'error', { code, reason, site, languageForm }));
  }

  async function isAllowed(room: string, url: string): Promise<boolean> {
    const { settings } = await snapshots.get(room);
    return canReturnTo(url) && isReturnUrl(url, settings.return_urls) && !urls.isOwn(url);
  }

  async function enter(ctx: Context, room: string): Promise<void> {
    const { return_to } = ctx.query;
    const url = typeof return_to === 'string' ? shortenReturn(toAscii(return_to)) : '';
    if (!(await isAllowed(room, url))) return showRefused(ctx, room, url);
    const action = await roomRules((await snapshots.get(room)).settings, ctx.req, { url, method: ctx.method });
    if (action === 'refuse') throw entryRefused(room);
    // A gate that sends the visitor has decided otherwise: it may see other cookies or another address.
    if (action === 'bypass' && !(GATE in ctx.query)) return redirectTo(ctx, url);
    const header = ctx.req.headers.cookie;
    const [visitor, ticket, former, inside] = [
      cookies.visitor(header),
      cookies.ticket(header, room),
      cookies.former(header, room),
      cookies.inside(header, room),
    ];
    const { settings } = await snapshots.get(room);
    const refusal = await senderCheck.refusal(ctx, settings, [url]);
    if (!visitor && !ticket && !inside) {
      if (refusal) throw refusal;
      if (AGAIN in ctx.query) {
        const data = { title: settings.title, again: enterUrls.to(room, url) };
        return sendPage(ctx, 400, render(ctx.req, 'cookies-required', data, settings));
      }
      // Nothing comes back after the answer to an admitted visitor. So a cookie has to come back before.
      ctx.append('Set-Cookie', cookies.name(newVisitor()));
      return redirectTo(ctx, urls.pathOf(`${toAscii(ctx.url)}&${AGAIN}=1`));
    }
    const pending = { kind: 'return', url, retried: RETRY in ctx.query, arrivedAt: now() } as const;
    let state: NewcomerState | null = null;
    try {
      const {
        ticket: held,
        admission,
        isNew,
        isFirst = false,
        movesHere = false,
      } = await passes.arrive(room, passOf(ctx), {
        ...{ visitor, ticket, former, inside, refusal, confirmed: true },
        ...requestOf(ctx.req),
        action: withoutBypass(action),
      });
      if (admission) ctx.append('Set-Cookie', cookies.keepInside(held, admission));
      if (isNew) ctx.append('Set-Cookie', cookies.give(held, ticket));
      if (admission && (await goIn(ctx, pending, { room, admission, isNew: isFirst, movesHere }))) return;
    } catch (error) {
      // The waiting page shows that the room is closed, or why there is no number yet.
      state = newcomerStateOf(error);
      if (state === null && !(error instanceof RoomClosed)) throw error;
    }
    redirectTo(ctx, withNewcomerState(addresses.of(room, pending), state));
  }

  /** Answers the request, or returns false if the admission is over. */
  async function goIn(ctx: Context, pending: PendingReturn, insider: Insider): Promise<boolean> {
    const { room, admission } = insider;
    const use = await browserUses.begin(ctx, insider, readRound(ctx.query[ROUND]), false);
    switch (use.step) {
      case 'issue':
        return returnToSite.guarded(ctx, room, pending.url, { admission, serial: use.serial });
      case 'round':
        redirectTo(ctx, urls.pathOf(withRound(toAscii(ctx.url), use.round)));
        return true;
      default:
        redirectTo(ctx, withUseState(addresses.of(room, pending), use.step));
        return true;
    }
  }

  const router = new Router();
  router.get('/rooms/:room/enter', async (ctx) => {
    const { room = '' } = ctx.params;
    if (!isNavigation(ctx)) {
      throw new Problem('invalid_request', { detail: 'This URL is for navigations: send the visitor there.' });
    }
    try {
      await enter(ctx, room);
    } catch (error) {
      if (error instanceof RoomNotFound) showError(ctx, 404, error.code);
      else if (error instanceof JoinRefused) showJoinRefused(ctx, error);
      else if (unavailableCause(error)) showUnavailable(ctx, render);
      else throw error;
    }
  });

  /** The picker of languages on the pages that say why nobody joins. */
  router.post('/rooms/:room/enter', (ctx) => answerLanguageForm(ctx, urls));

  return {
    // The router's own type of context has more than this middleware needs.
    middleware: router.routes() as Middleware,
    continuation: {
      // The form of the waiting page brings the ticket's cookie.
      confirmsClaims: true,
      restartUrl: (room, { url }) => enterUrls.to(room, url),
      siteOf: ({ url }) => new URL(url).host,
      retryUrl: (room, { url, retried }) => (retried ? null : `${enterUrls.to(room, url)}&${RETRY}=1`),
      mayAsk: () => false,
      ask: async () => false,
      // Any visitor may use the address: they wait themselves, and the room decides where they may return to.
      isForeign: () => false,
      freshUrl: async (room, { url }) => ((await isAllowed(room, url)) ? enterUrls.to(room, url) : null),
      landingUrl: async (room, { url }) => ((await isAllowed(room, url)) ? new URL('/', url).href : null),
      async resume(ctx, { room, pending: { url }, admission }) {
        if (!(await isAllowed(room, url))) return showRefused(ctx, room, url);
        const use = await browserUses.begin(ctx, { room, admission }, null, false);
        // Another browser may have the place, which /enter finds out.
        if (use.step !== 'issue') return redirectTo(ctx, enterUrls.to(room, url));
        const { serial } = use;
        if (!(await returnToSite.directly(ctx, room, url, { admission, serial })))
          redirectTo(ctx, urls.pathOf(ctx.url));
      },
    },
  };
}

/** Some sites do not percent-encode their URL before they put it into the query. */
function toAscii(url: string): string {
  return url.replace(/[\u0080-\uffff]+/g, encodeURIComponent);
}
