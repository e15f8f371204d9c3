/**
 * oauth2-proxy 7 as its documentation and source describe it. `state` is `<nonce>:<page>`, in base64url with
 * --encode-state. All tabs share one cookie `_oauth2_proxy_csrf` of --cookie-csrf-expire, which every callback clears. A
 * callback without it, or with another login's, is 403 even if a session exists. A verified e-mail address is required.
 * The session lasts --cookie-expire, whatever the token's expiry.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { RunningRelyingParty } from '../tour.ts';
import { askForTokens, askForUser, redirect, say, serve } from './http.ts';

export interface Oauth2ProxyOptions {
  readonly issuer: string;
  readonly port: number;
  readonly origin: string;
  readonly client: { readonly id: string; readonly secret: string };
  /** In seconds, as the two below. */
  readonly cookieCsrfExpire: number;
  readonly cookieExpire: number;
  readonly encodeState: boolean;
}

const CSRF = '_oauth2_proxy_csrf';
const SESSION = '_oauth2_proxy';
const CALLBACK = '/oauth2/callback';
const attributes = '; Path=/; HttpOnly; Secure';

export function startOauth2Proxy(options: Oauth2ProxyOptions): Promise<RunningRelyingParty> {
  const { issuer, port, origin, client, cookieCsrfExpire, cookieExpire, encodeState } = options;
  const redirectUri = origin + CALLBACK;
  const hash = (secret: string) => createHash('sha256').update(secret).digest('base64url');
  /** When each cookie was made, which the real one encrypts into it. */
  const csrfs = new Map<string, number>();
  const sessions = new Map<string, { readonly email: unknown; readonly began: number }>();
  const forget = (name: string) => `${name}=; Max-Age=0${attributes}`;

  function login(page: string) {
    const csrf = randomBytes(32).toString('base64url');
    csrfs.set(csrf, Date.now());
    const state = `${hash(csrf)}:${page}`;
    const query = new URLSearchParams({
      approval_prompt: 'force',
      client_id: client.id,
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: 'openid email',
      state: encodeState ? Buffer.from(state).toString('base64url') : state,
    });
    return { to: `${issuer}/authorize?${query}`, cookie: `${CSRF}=${csrf}; Max-Age=${cookieCsrfExpire}${attributes}` };
  }

  async function finish(url: URL, csrf: string | undefined) {
    const given = url.searchParams.get('state') ?? '';
    const state = encodeState ? Buffer.from(given, 'base64url').toString() : given;
    const at = state.indexOf(':');
    const made = csrfs.get(csrf ?? '') ?? 0;
    if (!csrf || Date.now() - made > cookieCsrfExpire * 1000 || hash(csrf) !== state.slice(0, at)) return null;
    const body = {
      grant_type: 'authorization_code',
      code: url.searchParams.get('code') ?? '',
      redirect_uri: redirectUri,
    };
    const tokens = await askForTokens(issuer, body, client);
    const user = tokens && (await askForUser(issuer, tokens.access_token));
    if (!user?.email || user.email_verified === false) return null;
    return { email: user.email, page: state.slice(at + 1) };
  }

  return serve(port, async ({ res, url, cookies }) => {
    if (url.pathname === CALLBACK) {
      const finished = await finish(url, cookies.get(CSRF));
      if (!finished) return say(res, 403, 'Login Failed: Unable to find a valid CSRF token.', [forget(CSRF)]);
      const id = randomBytes(16).toString('base64url');
      sessions.set(id, { email: finished.email, began: Date.now() });
      const cookie = `${SESSION}=${id}; Max-Age=${cookieExpire}${attributes}`;
      return redirect(res, finished.page, [cookie, forget(CSRF)]);
    }
    const id = cookies.get(SESSION) ?? '';
    // --whitelist-domain allows the redirect to the provider's logout.
    if (url.pathname === '/oauth2/sign_out') {
      sessions.delete(id);
      return redirect(res, url.searchParams.get('rd') ?? '/', [forget(SESSION)]);
    }
    const session = sessions.get(id);
    if (session && Date.now() - session.began < cookieExpire * 1000) return say(res, 200, `inside as ${session.email}`);
    const { to, cookie } = login(`${url.pathname}${url.search}`);
    redirect(res, to, [cookie]);
  });
}
