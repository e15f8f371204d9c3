import type { Configuration } from 'oidc-provider';
import Provider from 'oidc-provider';
import type { OidcRecords } from '#waiting-room/ports/oidc-records.ts';
import type { RelyingParties } from '#waiting-room/relying-parties.ts';
import { createAdapterFactory } from './adapter.ts';
import type { Authorize } from './authorize/index.ts';
import type { ClientAttempts } from './client-attempts.ts';
import { clientRules, type SigningKeys } from './client-schema.ts';
import type { CookieSigner } from './cookie-signer.ts';
import type { HostCookies } from './host-cookies.ts';
import type { ProviderPages } from './provider-pages.ts';
import { isRegisteredOrigin } from './redirect-uri.ts';
import type { Tokens } from './tokens/index.ts';

export interface ProviderDeps {
  /** The public URL, without a trailing slash. */
  readonly issuer: string;
  /** Private keys: RS256 at least. */
  readonly jwks: SigningKeys;
  readonly cookieSigner: CookieSigner;
  readonly cookieNames: HostCookies['names'];
  readonly records: OidcRecords;
  readonly relyingParties: RelyingParties;
  readonly clientAttempts: Pick<ClientAttempts, 'begin'>;
  readonly authorize: Pick<Authorize, 'configuration'>;
  readonly tokens: Pick<Tokens, 'configuration' | 'stoppedTokens'>;
  readonly pages: ProviderPages;
  readonly now: () => number;
}

/** The OpenID provider: oidc-provider with the waiting room as its login step. */
export function createProvider(deps: ProviderDeps): Provider {
  const { issuer, jwks, records, relyingParties, clientAttempts, authorize, tokens, pages, now } = deps;
  const rules = clientRules(jwks);
  const configuration: Configuration = {
    ...rules,
    ...authorize.configuration,
    ...tokens.configuration,
    adapter: createAdapterFactory({
      ...{ records, relyingParties, clientAttempts, now },
      stoppedTokens: tokens.stoppedTokens,
    }),
    jwks,
    // Core §3.1.2.1 requires the parameter, also with only one registered.
    allowOmittingSingleRegisteredRedirectUri: false,
    pkce: { required: (_ctx, client) => client.clientAuthMethod === 'none' },
    acceptQueryParamAccessTokens: false,
    routes: {
      authorization: '/authorize',
      token: '/token',
      userinfo: '/userinfo',
      jwks: '/jwks',
      end_session: '/end-session',
      pushed_authorization_request: '/par',
      introspection: '/introspect',
      revocation: '/revoke',
    },
    features: {
      ...tokens.configuration.features,
      ...rules.features,
      rpInitiatedLogout: {
        ...rules.features.rpInitiatedLogout,
        logoutSource: pages.confirmLogout,
        postLogoutSuccessSource: pages.loggedOut,
      },
    },
    cookies: {
      keys: deps.cookieSigner,
      names: deps.cookieNames,
      long: { httpOnly: true, sameSite: 'lax', overwrite: true },
      // Not signed: the value is the unguessable id of a record.
      short: { httpOnly: true, sameSite: 'lax', overwrite: true, signed: false },
    },
    // A single-page application requests its tokens from the origin of its redirect URI.
    clientBasedCORS: (_ctx, origin, { redirectUris = [], applicationType }) =>
      isRegisteredOrigin(redirectUris, applicationType === 'native', origin),
    renderError: pages.renderError,
  };

  const provider = new Provider(issuer, configuration);
  // The origin was pinned to the issuer before, so the forwarded headers are our own.
  provider.proxy = true;
  return provider;
}
