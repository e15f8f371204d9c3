/**
 * An AWS Application Load Balancer with the action authenticate-oidc, as its user guide describes it ("Authenticate
 * users using an Application Load Balancer"). `state` is opaque. There is one cookie AWSALBAuthNonce, and a login past its
 * timeout is 401. Claims come from userinfo as plain JSON with the `sub`. A session is a cookie AWSELBAuthSessionCookie
 * that lasts SessionTimeout. With a refresh token the access token is renewed when it expires; a refused refresh starts
 * a login.
 */
import { randomUUID } from 'node:crypto';
import type { RunningRelyingParty } from '../tour.ts';
import { askForTokens, askForUser, redirect, say, serve, type Tokens } from './http.ts';

export interface AlbOptions {
  readonly issuer: string;
  readonly port: number;
  readonly origin: string;
  readonly client: { readonly id: string; readonly secret: string };
  /** In seconds; the real one has a fixed 900. */
  readonly loginTimeout: number;
  /** SessionTimeout, in seconds. */
  readonly sessionTimeout: number;
}

interface Login {
  readonly nonce: string;
  readonly page: string;
  readonly began: number;
}

interface Session {
  readonly began: number;
  user: Record<string, unknown>;
  refreshToken: string | undefined;
  tokenEnds: number;
}

const NONCE = 'AWSALBAuthNonce';
const SESSION = 'AWSELBAuthSessionCookie-0';
const CALLBACK = '/oauth2/idpresponse';
const attributes = '; Path=/; HttpOnly; Secure; SameSite=Lax';

export function startAlb({
  issuer,
  port,
  origin,
  client,
  loginTimeout,
  sessionTimeout,
}: AlbOptions): Promise<RunningRelyingParty> {
  const redirectUri = origin + CALLBACK;
  // The real one keeps these encrypted in `state` and in cookies.
  const logins = new Map<string, Login>();
  const sessions = new Map<string, Session>();
  const forget = `${SESSION}=; Max-Age=0${attributes}`;

  function login(page: string) {
    const [state, nonce] = [randomUUID(), randomUUID()];
    logins.set(state, { nonce, page, began: Date.now() });
    const query = new URLSearchParams({
      client_id: client.id,
      response_type: 'code',
      scope: 'openid',
      redirect_uri: redirectUri,
      state,
    });
    return { to: `${issuer}/authorize?${query}`, cookies: [`${NONCE}=${nonce}${attributes}`] };
  }

  /** Null where userinfo fails. */
  async function sessionOf(tokens: Tokens | null, began: number): Promise<Session | null> {
    const user = tokens && (await askForUser(issuer, tokens.access_token));
    if (!tokens || !user?.sub) return null;
    return { began, user, refreshToken: tokens.refresh_token, tokenEnds: Date.now() + tokens.expires_in * 1000 };
  }

  /** Whether the session is valid: the access token's expiry counts only with a refresh token. */
  async function lives(session: Session): Promise<boolean> {
    if (Date.now() - session.began > sessionTimeout * 1000) return false;
    if (!session.refreshToken || Date.now() < session.tokenEnds) return true;
    const body = { grant_type: 'refresh_token', refresh_token: session.refreshToken };
    const renewed = await sessionOf(await askForTokens(issuer, body, client), session.began);
    if (!renewed) return false;
    Object.assign(session, { ...renewed, refreshToken: renewed.refreshToken ?? session.refreshToken });
    return true;
  }

  return serve(port, async ({ res, url, cookies }) => {
    if (url.pathname === CALLBACK) {
      const begun = logins.get(url.searchParams.get('state') ?? '');
      const isInTime = begun && Date.now() - begun.began < loginTimeout * 1000;
      if (!isInTime || begun.nonce !== cookies.get(NONCE)) return say(res, 401, '401 Authorization Required');
      const code = url.searchParams.get('code') ?? '';
      const body = { grant_type: 'authorization_code', code, redirect_uri: redirectUri };
      const session = await sessionOf(await askForTokens(issuer, body, client), Date.now());
      if (!session) return say(res, 561, 'the provider returned an error');
      const id = randomUUID();
      sessions.set(id, session);
      return redirect(res, begun.page, [`${SESSION}=${id}${attributes}`, `${NONCE}=; Max-Age=0${attributes}`]);
    }
    const id = cookies.get(SESSION) ?? '';
    const session = sessions.get(id);
    // The guide leaves logout to the application, which expires the cookies and redirects to the provider.
    if (url.pathname === '/logout' || url.pathname === '/bye') {
      sessions.delete(id);
      if (url.pathname === '/bye') return say(res, 200, 'left', [forget]);
      const query = new URLSearchParams({ client_id: client.id, post_logout_redirect_uri: new URL('/bye', url).href });
      return redirect(res, `${issuer}/end-session?${query}`, [forget]);
    }
    if (session && (await lives(session))) return say(res, 200, `inside as ${session.user.sub}`);
    const { to, cookies: set } = login(url.href);
    redirect(res, to, set);
  });
}
