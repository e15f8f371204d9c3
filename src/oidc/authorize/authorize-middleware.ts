/** Middleware of /authorize and /end-session, before oidc-provider sees a request. */
import type { Context, Middleware } from 'koa';
import { readForm } from '#http/form.ts';
import { frameRefused, isNavigation } from '#http/navigation.ts';
import type { PublicUrls } from '#http/public-urls.ts';
import { seeOther } from '#http/see-other.ts';
import type { SenderCheck } from '#http/sender-check.ts';
import { answerLanguageForm, keepLanguage } from '#pages/waiting/language-form.ts';
import type { RelyingParties } from '#waiting-room/relying-parties.ts';
import { sitesOf } from '../sites-of.ts';

/** A request that is not a navigation gets a cheap error from /authorize; `refuse` throws a problem. */
export function navigationsOnly(refuse: () => void): Middleware {
  return async (ctx, next) => {
    if (isAuthorize(ctx) && !isNavigation(ctx)) refuse();
    return next();
  };
}

export interface PostBecomesGetDeps {
  readonly urls: Pick<PublicUrls, 'origin' | 'pathOf'>;
  readonly relyingParties: RelyingParties;
  readonly senderCheck: Pick<SenderCheck, 'isForeign'>;
}

/**
 * Redirects an authorization request or a logout by POST (OpenID Connect Core §3.1.2.1, RP-Initiated Logout §2) to the
 * same request by GET. A POST from another site brings no SameSite=Lax cookies, so its visitor would lose their place or
 * stay logged in, and an authorization request could not travel. A browser drops the `Origin` of a POST that becomes a
 * GET, so a page of a foreign site is refused here. A form with a language alone is that of a page that the provider
 * showed at this address.
 */
export function postBecomesGet({ urls, relyingParties, senderCheck }: PostBecomesGetDeps): Middleware {
  async function isForeign(ctx: Context, clientId: string | null): Promise<boolean> {
    const party = clientId === null ? null : await relyingParties.find(clientId);
    return party !== null && senderCheck.isForeign(ctx, party.room, sitesOf(party));
  }

  return async (ctx, next) => {
    const path = isAuthorize(ctx) ? '/authorize' : isEndSession(ctx) ? '/end-session' : null;
    if (path === null || ctx.method !== 'POST') return next();
    const form = await readForm(ctx.req);
    const code = form.get('lang');
    if (code !== null && form.size === 1) return keepLanguage(ctx, code, urls.pathOf(ctx.url), urls.origin);
    // What is wrong with the request itself, the GET says.
    const isRefused = path === '/authorize' && (await isForeign(ctx, form.get('client_id')).catch(() => false));
    if (isRefused) throw frameRefused();
    seeOther(ctx, urls.pathOf(`${path}?${form}`));
  };
}

/** Addresses of pages of the provider that it answers no form at: a login that goes on, and a finished logout. */
const PAGES = /^\/(?:authorize\/[^/]+|end-session\/success)\/?$/;

/** Answers the picker of languages of those pages. */
export function answerLanguageForms(urls: Pick<PublicUrls, 'origin' | 'pathOf'>): Middleware {
  return async (ctx, next) => (ctx.method === 'POST' && PAGES.test(ctx.path) ? answerLanguageForm(ctx, urls) : next());
}

/** The provider's router ignores a slash at the end. */
export function isAuthorize(ctx: Pick<Context, 'path'>): boolean {
  return ctx.path === '/authorize' || ctx.path === '/authorize/';
}

function isEndSession(ctx: Pick<Context, 'path'>): boolean {
  return ctx.path === '/end-session' || ctx.path === '/end-session/';
}
