/** A relying party that is not ours: openid-client, driven by the test. */
import * as client from 'openid-client';
import type { Browser } from './browser.ts';

export interface LoginOptions {
  readonly clientId?: string;
  readonly redirectUri?: string;
  readonly auth?: client.ClientAuth;
  readonly scope?: string;
  readonly more?: Record<string, string>;
}

export interface Login {
  readonly config: client.Configuration;
  readonly verifier: string;
  readonly state: string;
  readonly nonce: string;
  /** The authorization request, as a URL. */
  readonly url: string;
  /** Exchanges the code from the redirect URI. */
  exchange(callback: string): ReturnType<typeof client.authorizationCodeGrant>;
}

const WAITING_PAGE = /\/rooms\/[^/]+\/wait\?/;

export const REDIRECT_URI = 'http://127.0.0.1:9/callback';
export const SECRET = 'a secret of the shop, long enough';

export async function startLogin(issuer: string, options: LoginOptions = {}): Promise<Login> {
  const { clientId = 'shop', redirectUri = REDIRECT_URI, scope = 'openid' } = options;
  const auth = options.auth ?? client.ClientSecretBasic(SECRET);
  const config = await client.discovery(new URL(issuer), clientId, undefined, auth, {
    execute: [client.allowInsecureRequests],
  });
  const verifier = client.randomPKCECodeVerifier();
  const [state, nonce] = [client.randomState(), client.randomNonce()];
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope,
    state,
    nonce,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...options.more,
  });
  return {
    config,
    verifier,
    state,
    nonce,
    url: url.href,
    exchange: (callback) =>
      client.authorizationCodeGrant(config, new URL(callback), {
        pkceCodeVerifier: verifier,
        expectedState: state,
        expectedNonce: nonce,
      }),
  };
}

/** Goes to the waiting page, which loads. Answers its URL. */
export async function arrive(browser: Browser, issuer: string, options: LoginOptions = {}) {
  const login = await startLogin(issuer, options);
  const answer = await browser.get(login.url);
  if (WAITING_PAGE.test(answer.location)) await browser.get(answer.location);
  return { login, answer, page: answer.location };
}

/** Requests the facts at a waiting page's URL, as its script does. */
export function facts(browser: Browser, page: string) {
  return browser.get(page, { Accept: 'application/json' });
}
