/** Signs operators in at their own OpenID provider: the authorization code flow with PKCE (RFC 7636). */
import * as client from 'openid-client';
import type { Operator } from '#http/operators.ts';
import type { Outbound } from '#outbound/index.ts';
import { nameOfClaims, type RoleClaim, roleOfClaims } from './role-claims.ts';

export interface IdentityProviderSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly roles: readonly RoleClaim[];
}

/** What the browser keeps between the authorization request and its answer. */
export interface Transaction {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

export interface IdentityProvider {
  /** Where to send the browser. Rejects if the provider does not answer. */
  begin(): Promise<{ readonly url: string; readonly transaction: Transaction }>;
  /** The operator whom the answer names, or null if the claims give no role. Rejects for any other answer. */
  complete(answer: URL, transaction: Transaction): Promise<Operator | null>;
}

export interface IdentityProviderDeps {
  readonly settings: IdentityProviderSettings;
  readonly redirectUri: string;
  readonly outbound: Pick<Outbound, 'send'>;
}

/** In bytes: of metadata, keys, tokens and claims. */
const LONGEST = 512 * 1024;
/** How long the metadata is trusted, in ms. */
const FRESH = 60 * 60_000;
const TIMEOUT_SECONDS = 10;

export function createIdentityProvider({ settings, redirectUri, outbound }: IdentityProviderDeps): IdentityProvider {
  const { issuer, clientId, clientSecret, roles } = settings;
  let known: { readonly config: Promise<client.Configuration>; readonly at: number } | null = null;

  /** Answers are JSON: signed or encrypted user information is not asked for. */
  const send: client.CustomFetch = async (url, { method, headers, body, signal }) => {
    const answer = await outbound.send(issuer, {
      url: new URL(url),
      method: method === 'POST' ? 'POST' : 'GET',
      headers,
      ...(body ? { body: String(body) } : {}),
      ...(signal ? { signal } : {}),
    });
    const text = await answer.text(LONGEST);
    return new Response(text, { status: answer.status, headers: { 'Content-Type': 'application/json' } });
  };

  async function discover(): Promise<client.Configuration> {
    const insecure = issuer.startsWith('http:') ? [client.allowInsecureRequests] : [];
    const options = { execute: insecure, [client.customFetch]: send, timeout: TIMEOUT_SECONDS };
    const found = await client.discovery(new URL(issuer), clientId, undefined, client.None(), options);
    const server = found.serverMetadata();
    // OpenID Connect Discovery §3: without a list, the provider accepts client_secret_basic.
    const isBasic = (server.token_endpoint_auth_methods_supported ?? ['client_secret_basic']).includes(
      'client_secret_basic',
    );
    const authentication = isBasic ? client.ClientSecretBasic(clientSecret) : client.ClientSecretPost(clientSecret);
    const config = new client.Configuration(server, clientId, undefined, authentication);
    config[client.customFetch] = send;
    config.timeout = TIMEOUT_SECONDS;
    for (const apply of insecure) apply(config);
    return config;
  }

  function configuration(): Promise<client.Configuration> {
    if (known && Date.now() - known.at < FRESH) return known.config;
    const config = discover();
    known = { config, at: Date.now() };
    config.catch(() => {
      known = null;
    });
    return config;
  }

  return {
    async begin() {
      const config = await configuration();
      const transaction = {
        state: client.randomState(),
        nonce: client.randomNonce(),
        verifier: client.randomPKCECodeVerifier(),
      };
      // Some providers name groups in their tokens only if they are asked for them.
      const groups = config.serverMetadata().scopes_supported?.includes('groups') ? ' groups' : '';
      const url = client.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope: `openid profile email${groups}`,
        state: transaction.state,
        nonce: transaction.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(transaction.verifier),
        code_challenge_method: 'S256',
      });
      return { url: url.href, transaction };
    },
    async complete(answer, { state, nonce, verifier }) {
      const config = await configuration();
      const tokens = await client.authorizationCodeGrant(config, answer, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: verifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims() as Readonly<Record<string, unknown>> & { readonly sub: string };
      const own = roleOfClaims(claims, roles);
      if (own) return { name: nameOfClaims(claims), role: own };
      // Many providers put claims of scopes into the user information only (OpenID Connect Core §5.4).
      if (!config.serverMetadata().userinfo_endpoint) return null;
      const all = { ...claims, ...(await client.fetchUserInfo(config, tokens.access_token, claims.sub)) };
      const role = roleOfClaims(all, roles);
      return role && { name: nameOfClaims(all), role };
    },
  };
}
