import * as oidc from 'openid-client';
import { type Admission, admissionOf } from './admission.ts';
import { LoginRefused, ProviderUnavailable } from './errors.ts';
import { createTokenCheck } from './token-check.ts';
import type { Transaction } from './transactions.ts';

/** The OpenID provider as the shop sees it. Every method rejects with `ProviderUnavailable` if it does not answer. */
export interface IdentityProvider {
  /** Resolves if the provider has answered within the last seconds. */
  ready(): Promise<void>;
  /** The URL to log in (OpenID Connect Core §3.1.2.1). */
  authorizationUrl(transaction: Transaction): Promise<URL>;
  /** Exchanges the callback's code for tokens and calls userinfo. Rejects with `LoginRefused`. */
  login(callback: URL, transaction: Transaction): Promise<Admission & { readonly idToken: string }>;
  /** Verifies an ID token that was sent as a bearer token. Rejects with `TokenRefused`. */
  verify(idToken: string): Promise<Admission>;
  /** The URL to end the admission (RP-Initiated Logout 1.0 §2); null if the provider has no such endpoint. */
  logoutUrl(idToken: string): Promise<URL | null>;
}

export interface IdentityProviderOptions {
  readonly issuer: URL;
  readonly clientId: string;
  /** Absent for a public client. */
  readonly clientSecret: string | undefined;
  readonly redirectUri: URL;
  readonly postLogoutRedirectUri: URL;
  readonly now: () => number;
}

/** How long an answer shows that the provider is available, in milliseconds. */
const FRESH = 5_000;
/** How long the provider may take for one answer, in seconds. */
const TIMEOUT = 5;

/** Discovery runs when it is first needed and again after a failure: the provider may start later. */
export function createIdentityProvider(options: IdentityProviderOptions): IdentityProvider {
  const { issuer, clientId, clientSecret, redirectUri, postLogoutRedirectUri, now } = options;
  let known: { readonly config: oidc.Configuration; readonly at: number } | undefined;
  let asking: Promise<oidc.Configuration> | undefined;

  async function discover(): Promise<oidc.Configuration> {
    const authentication = clientSecret === undefined ? oidc.None() : oidc.ClientSecretBasic(clientSecret);
    // Without TLS only the signature proves that the ID token is the provider's.
    const execute = [oidc.enableNonRepudiationChecks];
    if (issuer.protocol === 'http:') execute.push(oidc.allowInsecureRequests);
    try {
      const config = await oidc.discovery(issuer, clientId, undefined, authentication, { execute, timeout: TIMEOUT });
      known = { config, at: now() };
      return config;
    } catch (error) {
      throw new ProviderUnavailable(error);
    }
  }

  /** The configuration, at most `age` milliseconds old. Concurrent calls share one request. */
  async function configuration(age: number): Promise<oidc.Configuration> {
    if (known !== undefined && now() - known.at < age) return known.config;
    asking ??= discover().finally(() => {
      asking = undefined;
    });
    return asking;
  }

  const tokens = createTokenCheck({ clientId, now });

  return {
    async ready() {
      await configuration(FRESH);
    },

    async authorizationUrl({ state, nonce, codeVerifier }) {
      return oidc.buildAuthorizationUrl(await configuration(FRESH), {
        redirect_uri: redirectUri.href,
        scope: 'openid',
        state,
        nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: 'S256',
      });
    },

    async login(callback, { state, nonce, codeVerifier }) {
      const config = await configuration(Number.POSITIVE_INFINITY);
      try {
        const answer = await oidc.authorizationCodeGrant(config, callback, {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: codeVerifier,
          idTokenExpected: true,
        });
        const claims = answer.claims();
        if (claims === undefined || answer.id_token === undefined) throw new TypeError('an answer without an ID token');
        // OpenID Connect Core §5.3.2: the userinfo's `sub` must be the ID token's.
        await oidc.fetchUserInfo(config, answer.access_token, claims.sub);
        return { ...admissionOf(claims), idToken: answer.id_token };
      } catch (error) {
        throw loginError(error);
      }
    },

    async verify(idToken) {
      return tokens.verify(idToken, (await configuration(Number.POSITIVE_INFINITY)).serverMetadata());
    },

    async logoutUrl(idToken) {
      const config = await configuration(FRESH);
      if (config.serverMetadata().end_session_endpoint === undefined) return null;
      return oidc.buildEndSessionUrl(config, {
        id_token_hint: idToken,
        post_logout_redirect_uri: postLogoutRedirectUri.href,
      });
    },
  };
}

/** Tells a provider that does not answer from one that refuses. */
function loginError(error: unknown): Error {
  if (error instanceof oidc.AuthorizationResponseError) {
    return new LoginRefused(error.error, error.error_description ?? null, error);
  }
  if (error instanceof oidc.ResponseBodyError) {
    return error.status >= 500
      ? new ProviderUnavailable(error)
      : new LoginRefused(error.error, error.error_description ?? null, error);
  }
  if (error instanceof oidc.ClientError) {
    const status = error.cause instanceof Response ? error.cause.status : 0;
    return status >= 500 || error.code === 'OAUTH_TIMEOUT'
      ? new ProviderUnavailable(error)
      : new LoginRefused(error.code ?? 'invalid_response', error.message, error);
  }
  if (error instanceof oidc.WWWAuthenticateChallengeError) return new LoginRefused('userinfo_refused', null, error);
  // The rest are fetch's own errors: refused, reset, no such host.
  return new ProviderUnavailable(error);
}
