import type { Configuration, JWKS } from 'oidc-provider';
import Provider from 'oidc-provider';
import type { LoopGuard } from '#http/loop-guard.ts';
import type { VisitorCookies } from '#http/visitor-cookies.ts';
import type { Addresses } from '#pages/waiting/address.ts';
import { RETRY } from '#pages/waiting/address.ts';
import type { OidcRecords } from '#waiting-room/ports/oidc-records.ts';
import type { SettingsStore } from '#waiting-room/ports/settings.ts';
import type { RelyingParties } from '#waiting-room/relying-parties.ts';
import type { Visitors } from '#waiting-room/visitors.ts';
import { createAdapterFactory } from './adapter.ts';
import { createArrival } from './authorize/arrival.ts';
import { dropUnusedCookies } from './authorize/drop-unused-cookies.ts';
import { createInteractionPolicy } from './authorize/interaction-policy.ts';
import { createInteractionUrl } from './authorize/interaction-url.ts';
import type { TransactionOf } from './authorize/login-transaction.ts';
import type { NewestLogin } from './authorize/newest-login.ts';
import { createValidatedStep } from './authorize/validated-step.ts';
import type { CookieSigner } from './cookie-signer.ts';
import type { ProviderPages } from './provider-pages.ts';
import { createFindAccount } from './tokens/account.ts';
import { assertClaimsRequest, CLAIMS } from './tokens/claims.ts';
import { createLoadExistingGrant } from './tokens/grant.ts';
import { createIntrospectionPolicy } from './tokens/introspection.ts';
import { createLifetimes, createRemainingSeconds } from './tokens/lifetimes.ts';
import { claimsOfAccessToken, createResources } from './tokens/resources.ts';

export interface ProviderDeps {
  /** The public URL, without a trailing slash. */
  readonly issuer: string;
  /** Private keys: RS256 at least. */
  readonly jwks: JWKS;
  readonly cookieSigner: CookieSigner;
  readonly records: OidcRecords;
  readonly settings: Pick<SettingsStore, 'relyingParties'>;
  readonly visitors: Visitors;
  readonly relyingParties: RelyingParties;
  readonly addresses: Addresses;
  readonly cookies: VisitorCookies;
  readonly newestLogin: NewestLogin;
  readonly transactionOf: TransactionOf;
  readonly loops: LoopGuard;
  readonly pages: ProviderPages;
  readonly now: () => number;
}

/** The OpenID provider: oidc-provider with the waiting room as its login step. */
export function createProvider(deps: ProviderDeps): Provider {
  const { issuer, visitors, relyingParties, settings, addresses, cookies, now, pages } = deps;
  const { newestLogin, loops } = deps;
  const validatedStep = createValidatedStep({ relyingParties, transactionOf: deps.transactionOf });
  const remaining = createRemainingSeconds(now);

  const configuration: Configuration = {
    adapter: createAdapterFactory({ records: deps.records, relyingParties, now }),
    jwks: deps.jwks,
    claims: CLAIMS,
    conformIdTokenClaims: false,
    // No offline_access: refresh tokens end with the admission.
    scopes: ['openid', 'email'],
    issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    // Parallel requests of one browser refresh at the same time, all with the one token the relying party keeps.
    rotateRefreshToken: false,
    responseTypes: ['code'],
    subjectTypes: ['public'],
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'none'],
    clientDefaults: { id_token_signed_response_alg: 'RS256' },
    enabledJWA: { idTokenSigningAlgValues: ['RS256', 'ES256'] },
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
      devInteractions: { enabled: false },
      userinfo: { enabled: true },
      claimsParameter: { enabled: true, assertClaimsParameter: assertClaimsRequest },
      dPoP: { enabled: false },
      resourceIndicators: createResources({ relyingParties, settings }),
      introspection: { enabled: true, allowedPolicy: createIntrospectionPolicy({ visitors, relyingParties, now }) },
      revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: pages.confirmLogout,
        postLogoutSuccessSource: pages.loggedOut,
      },
    },
    cookies: {
      keys: deps.cookieSigner,
      names: { session: 'anteroom_session', interaction: 'anteroom_interaction', resume: 'anteroom_resume' },
      long: { httpOnly: true, sameSite: 'lax', overwrite: true },
      // Not signed: the value is the unguessable id of a record.
      short: { httpOnly: true, sameSite: 'lax', overwrite: true, signed: false },
    },
    ttl: createLifetimes(remaining, now),
    interactions: {
      policy: createInteractionPolicy(validatedStep),
      url: createInteractionUrl({ relyingParties, addresses, cookies, validatedStep }),
    },
    extraParams: {
      // The page that the visitor came for, from relying parties that send it; kept with a stored request.
      target_link_uri: null,
      anteroom_page: null,
      [RETRY]: createArrival({ visitors, relyingParties, cookies, newestLogin, loops, now }),
    },
    extraTokenClaims: claimsOfAccessToken,
    findAccount: createFindAccount({ visitors, relyingParties, emailHost: new URL(issuer).hostname, now }),
    loadExistingGrant: createLoadExistingGrant(remaining),
    // A single-page application requests its tokens from the origin of its redirect URI.
    clientBasedCORS: (_ctx, origin, client) =>
      (client.redirectUris ?? []).some((uri) => new URL(uri).origin === origin),
    renderError: pages.renderError,
  };

  const provider = new Provider(issuer, configuration);
  // The origin was pinned to the issuer before, so the forwarded headers are our own.
  provider.proxy = true;
  provider.on('interaction.started', dropUnusedCookies);
  return provider;
}
