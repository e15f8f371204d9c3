import type { Configuration, JWKS, KoaContextWithOIDC } from 'oidc-provider';
import Provider, { errors } from 'oidc-provider';
import type { VisitorCookies } from '#http/visitor-cookies.ts';
import type { Addresses } from '#waiting-page/address.ts';
import { RETRY } from '#waiting-page/address.ts';
import type { OidcRecords } from '#waiting-room/ports/oidc-records.ts';
import type { SettingsStore } from '#waiting-room/ports/settings.ts';
import type { RelyingParties } from '#waiting-room/relying-parties.ts';
import type { Visitors } from '#waiting-room/visitors.ts';
import { createAdapterFactory, travels } from './adapter.ts';
import { createArrival } from './authorize/arrival.ts';
import type { LoginCookies } from './authorize/login-cookies.ts';
import type { Began } from './authorize/login-start.ts';
import type { IsTransactionExpired } from './authorize/login-window.ts';
import { createPolicy } from './authorize/policy.ts';
import type { CookieSigner } from './cookie-signer.ts';
import { secondsLeft, visitOf } from './login-context.ts';
import type { ProviderPages } from './provider-pages.ts';
import { createFindAccount } from './tokens/account.ts';
import { assertClaimsRequest, CLAIMS } from './tokens/claims.ts';
import { createLoadExistingGrant } from './tokens/grant.ts';
import { createIntrospectionPolicy } from './tokens/introspection.ts';
import { claimsOfAccessToken, createResources } from './tokens/resources.ts';

const DAY = 24 * 60 * 60;

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
  readonly loginCookies: LoginCookies;
  readonly began: Began;
  readonly isTransactionExpired: IsTransactionExpired;
  readonly pages: ProviderPages;
  readonly now: () => number;
}

/** The OpenID provider: oidc-provider as it is, with the waiting room as its login step. */
export function createProvider(deps: ProviderDeps): Provider {
  const { issuer, visitors, relyingParties, settings, now, pages, loginCookies, began } = deps;
  const url = new URL(issuer);

  /** What is left of the admission; nothing is issued that lives longer. */
  const remaining = (ctx: KoaContextWithOIDC) => {
    const admission = visitOf(ctx)?.admission;
    return admission ? Math.max(1, secondsLeft(admission, now())) : 1;
  };

  /** Whether the code would be lost: of a request that comes just now it never is. */
  async function isTransactionExpired(ctx: KoaContextWithOIDC): Promise<boolean> {
    const at = began.before(ctx);
    const party = at === null ? null : await relyingParties.find(ctx.oidc.client?.clientId ?? '');
    return at !== null && party !== null && deps.isTransactionExpired(party, ctx.req.headers.cookie, at);
  }

  const configuration: Configuration = {
    adapter: createAdapterFactory({ records: deps.records, relyingParties, now }),
    jwks: deps.jwks,
    claims: CLAIMS,
    conformIdTokenClaims: false,
    // No offline_access: an admission is not renewed behind the line. Refresh tokens end with it.
    scopes: ['openid', 'email'],
    issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    // Requests of one browser refresh at the same time, all with the one token that its relying party keeps.
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
      // Not signed: the value is the unguessable id of a record, and whoever could plant one has one of their own.
      short: { httpOnly: true, sameSite: 'lax', overwrite: true, signed: false },
    },
    ttl: {
      AccessToken: (ctx) => Math.min(remaining(ctx), visitOf(ctx)?.accessTokenLifetime ?? Number.POSITIVE_INFINITY),
      IdToken: remaining,
      AuthorizationCode: 60,
      // That the admission lives is asked at each refresh, and it may have been prolonged.
      RefreshToken: (ctx) => DAY + remaining(ctx),
      // Tokens do not outlive the grant they are of, nor the session they came from.
      Grant: (ctx) => DAY + remaining(ctx),
      Session: (ctx, session) => Math.max(DAY + remaining(ctx), (session.exp ?? 0) - Math.floor(now() / 1000)),
      Interaction: DAY,
    },
    interactions: {
      policy: createPolicy({ began, isTransactionExpired }),
      async url(ctx) {
        const visit = visitOf(ctx);
        // From the waiting page who is inside goes to a fresh login, where the relying party has forgotten this one.
        if (visit?.admission && !(await isTransactionExpired(ctx))) {
          // Nothing that waiting could bring is missing: the relying party asks for what no visitor here has.
          throw new errors.LoginRequired('the visitor is not the one that was asked for');
        }
        // Nobody arrives at a resume: the one who resumes holds a ticket.
        const room = visit?.room ?? (await relyingParties.find(ctx.oidc.client?.clientId ?? ''))?.room;
        if (!room) throw new errors.InvalidClient('client is invalid', 'client not found');
        const { addresses, cookies } = deps;
        const arrivedAt = began.of(ctx);
        if (travels(ctx)) return addresses.of(room, { kind: 'travelling', query: ctx.querystring, arrivedAt });
        const interaction = ctx.oidc.entities.Interaction?.jti ?? '';
        const visitor = visit?.visitor ?? ctx.oidc.session?.accountId ?? cookies.visitor(ctx.req.headers.cookie);
        const owner = addresses.ownerOf(visitor ?? '');
        const clientId = ctx.oidc.client?.clientId ?? '';
        return addresses.of(room, { kind: 'stored', clientId, interaction, owner, arrivedAt });
      },
    },
    extraParams: {
      // The page that the visitor came for, from relying parties that say so; kept with a request that is stored.
      target_link_uri: null,
      anteroom_page: null,
      [RETRY]: createArrival({ visitors, relyingParties, cookies: deps.cookies, loginCookies, began, now }),
    },
    extraTokenClaims: claimsOfAccessToken,
    findAccount: createFindAccount({ visitors, relyingParties, emailHost: url.hostname, now }),
    loadExistingGrant: createLoadExistingGrant(remaining),
    // A single-page application asks for its tokens from where its visitors come back to.
    clientBasedCORS: (_ctx, origin, client) =>
      (client.redirectUris ?? []).some((uri) => new URL(uri).origin === origin),
    // What it fetches operators have named, on private networks too, which its own dispatcher refuses.
    fetch: (url, { dispatcher: _, ...options }: RequestInit & { dispatcher?: unknown } = {}) => fetch(url, options),
    renderError: pages.renderError,
  };

  const provider = new Provider(issuer, configuration);
  // The origin is pinned to the issuer before a request gets here, so its forwarded headers are our own.
  provider.proxy = true;
  provider.on('interaction.started', (ctx) => {
    dropCookies(ctx, travels(ctx) ? ['anteroom_interaction', 'anteroom_resume'] : ['anteroom_interaction']);
  });
  return provider;
}

/**
 * Takes back cookies that nobody will read: a request that travels has nothing to resume, and a stored one is found
 * by the waiting page's address, as one cookie could not tell two tabs apart.
 */
function dropCookies(ctx: KoaContextWithOIDC, names: readonly string[]): void {
  const kept = [ctx.response.get('Set-Cookie')]
    .flat()
    .filter((cookie) => !names.includes(cookie.slice(0, cookie.indexOf('=')).replace(/\.sig$/, '')));
  ctx.remove('Set-Cookie');
  if (kept.length > 0) ctx.set('Set-Cookie', kept);
}
