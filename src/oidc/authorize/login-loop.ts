/**
 * A relying party that loops by itself: its cookie is refused, or its session fails, and it sends the visitor to a
 * fresh login again and again. Each passes at once, since the admission is held, so nothing else would stop it.
 */
import type { Context, Middleware } from 'koa';
import { sendPage } from '#http/answer.ts';
import { isOfBrowser } from '#http/navigation.ts';
import type { Render } from '#http/unavailable.ts';
import type { RelyingParties } from '#waiting-room/relying-parties.ts';
import type { RelyingParty } from '#waiting-room/relying-party.ts';
import { isAuthorize } from './authorize-middleware.ts';
import type { LoginCookies } from './login-cookies.ts';
import type { Began } from './login-start.ts';

/**
 * After so many logins that passed at once within a minute each waits a moment on a page that goes on by itself: a
 * browser would give up after some twenty redirects, of which a login takes three or four. Programs follow as they like.
 */
const SLOWED = 4;
/** After so many it takes a button. Tabs that are opened together begin few of their logins one after the other. */
const STOPPED = 10;
/** How long a moment is, in seconds. */
const MOMENT = 2;

export interface LoopDeps {
  readonly logins: LoginCookies['logins'];
  readonly began: Pick<Began, 'before' | 'again'>;
  readonly relyingParties: RelyingParties;
  readonly render: Render;
  readonly now: () => number;
}

/** Runs before a request is looked at: the count is of logins that were all right. */
export function stopLoops({ logins, began, relyingParties, render, now }: LoopDeps): Middleware {
  const one = (value: string | string[] | undefined) => (typeof value === 'string' ? value : undefined);

  function slow(ctx: Context, url: string, host: string): void {
    sendPage(ctx, 200, render('login-loop-pause', { host, url }));
    ctx.set('Refresh', `${MOMENT};url=${url}`);
  }

  return async (ctx, next) => {
    // A login that is tried in silence is tried in a frame that nobody sees, and its errors are part of it.
    if (!isAuthorize(ctx) || /(?:^| )none(?: |$)/.test(one(ctx.query.prompt) ?? '')) return next();
    const clientId = one(ctx.query.client_id) ?? '';
    const header = ctx.req.headers.cookie;
    const redirectUri = one(ctx.query.redirect_uri);
    const count = logins.count(header, clientId, now(), redirectUri);
    if (began.before(ctx) !== null) {
      // Only the button leads here after so many, and the count begins anew with it.
      if (count > STOPPED) ctx.append('Set-Cookie', logins.forget(clientId));
      return next();
    }
    const party = count >= (isOfBrowser(ctx) ? SLOWED : STOPPED) ? await relyingParties.find(clientId) : null;
    if (!party) return next();
    ctx.append('Set-Cookie', logins.add(header, clientId, now(), redirectUri));
    const url = began.again(ctx.querystring, now());
    const host = hostOf(party, redirectUri);
    if (count < STOPPED) slow(ctx, url, host);
    else sendPage(ctx, 200, render('login-loop', { host, url }));
  };
}

/** What the visitor knows the relying party by. What the request says was counted before, so it was registered. */
function hostOf({ client_id, redirect_uris }: RelyingParty, redirectUri = redirect_uris[0] ?? ''): string {
  // An app's private-use scheme has no host.
  return URL.parse(redirectUri)?.host || client_id;
}
