/**
 * How a person signs in to the control panel: with an operator's token, at the operators' identity provider, or by a
 * one-time link of the demo. It owns the session's cookie and the pages below `/admin/sign-in`. What a role may do is
 * declared at each route of the API. It imports http, pages, outbound and the words of waiting-room.
 */
import { randomUUID } from 'node:crypto';
import Router from '@koa/router';
import type { Context, Middleware } from 'koa';
import type { AddressHash } from '#http/address-hash.ts';
import type { CredentialAttempts } from '#http/credential-attempts.ts';
import { readForm } from '#http/form.ts';
import type { Operator, OperatorToken } from '#http/operators.ts';
import type { PublicUrls } from '#http/public-urls.ts';
import { isSameOrigin } from '#http/same-origin.ts';
import { createSealedCookie } from '#http/sealed-cookie.ts';
import { seeOther } from '#http/see-other.ts';
import type { Outbound } from '#outbound/index.ts';
import { sendPage } from '#pages/send-page.ts';
import type { Views } from '#pages/views.ts';
import type { Log } from '#telemetry/log.ts';
import type { Emit } from '#waiting-room/activity.ts';
import type { Idempotency } from '#waiting-room/ports/idempotency.ts';
import type { Seal } from '#waiting-room/seal.ts';
import { createRequireSession, type RequireSession, requireOperator } from './authenticate.ts';
import { createIdentityProvider, type IdentityProviderSettings, type Transaction } from './identity-provider.ts';
import { createOneTimeLinks } from './one-time-link.ts';
import { createOperatorSessions } from './operator-session.ts';
import { createTokenIdentification } from './operator-tokens.ts';
import { createProofs } from './proofs.ts';
import { sessionRoutes } from './session-routes.ts';

export type { IdentityProviderSettings } from './identity-provider.ts';

export interface SignInDeps {
  readonly operatorTokens: readonly OperatorToken[];
  /** Null: operators have tokens only. */
  readonly identityProvider: IdentityProviderSettings | null;
  readonly attempts: CredentialAttempts;
  readonly hashAddress: AddressHash;
  readonly seal: Pick<Seal, 'seal' | 'open' | 'stamp' | 'isStampOf'>;
  readonly idempotency: Pick<Idempotency, 'remember' | 'amend'>;
  readonly outbound: Pick<Outbound, 'send'>;
  readonly pages: Pick<Views, 'page'>;
  readonly urls: Pick<PublicUrls, 'origin' | 'isSecure' | 'urlOf' | 'pathOf'>;
  readonly emit: Emit;
  readonly log: Pick<Log, 'warn'>;
  readonly now: () => number;
}

export interface SignIn {
  readonly router: Router;
  /** Requires an operator. The API's routes come after it. */
  readonly requireOperator: Middleware;
  /** Requires the session of the control panel, for what is no route of the API. */
  readonly requireSession: RequireSession;
  /** A URL that signs in as the first token's operator, once. */
  createLink(): string;
}

const TRANSACTION = 'oidc';
const TRANSACTION_SECONDS = 10 * 60;

export function createSignIn(deps: SignInDeps): SignIn {
  const { operatorTokens, attempts, hashAddress, seal, idempotency, pages, urls, emit, log, now } = deps;
  const identify = createTokenIdentification(operatorTokens, attempts);
  const links = createOneTimeLinks({ seal, idempotency, now });
  const provider =
    deps.identityProvider &&
    createIdentityProvider({
      settings: deps.identityProvider,
      redirectUri: urls.urlOf('/admin/sign-in/callback'),
      outbound: deps.outbound,
    });
  const transactions = createSealedCookie(seal, urls.isSecure, 'admin');
  const proofs = createProofs(seal, operatorTokens, deps.identityProvider);
  const sessions = createOperatorSessions({
    ...{ seal, idempotency, now },
    isSecure: urls.isSecure,
    isProven: proofs.isOf,
  });
  const page = urls.pathOf('/admin/sign-in');
  const hasProvider = provider !== null;

  function audit(
    ctx: Context,
    action: 'operator.signed_in' | 'operator.signed_out',
    by: string,
    detail: unknown,
  ): void {
    emit('operator.acted', { by, action, subject: 'control panel', detail, address_hash: hashAddress(ctx.req) });
  }

  function enter(
    ctx: Context,
    operator: Operator,
    proof: string,
    method: 'token' | 'identity provider' | 'link',
  ): void {
    ctx.append('Set-Cookie', sessions.start(operator, proof));
    audit(ctx, 'operator.signed_in', operator.name, { method, role: operator.role });
    seeOther(ctx, urls.pathOf('/admin/'));
  }

  /** One page for every reason of each way in, so that it tells nobody which tokens, accounts or links exist. */
  function refuse(ctx: Context, retryAfter = 0, byLink = false): void {
    ctx.set(retryAfter > 0 ? { 'Retry-After': String(retryAfter) } : { 'WWW-Authenticate': 'Bearer realm="anteroom"' });
    show(ctx, retryAfter > 0 ? 429 : 401, { failed: true, retryAfter, byLink });
  }

  function show(ctx: Context, status: number, { failed = false, retryAfter = 0, byLink = false } = {}): void {
    const data = { title: 'Anteroom', page, failed, retryAfter, byLink, hasProvider };
    sendPage(ctx, status, pages.page(ctx.req, 'sign-in', data));
  }

  const router = new Router({ strict: true });

  router.get('/admin/sign-in', async (ctx) => {
    // A preview's HEAD must not use the link up.
    if (ctx.query.once === undefined || ctx.method === 'HEAD') return show(ctx, 200);
    const [first] = operatorTokens;
    if (!first || !(await links.use(String(ctx.query.once)))) return refuse(ctx, 0, true);
    return enter(ctx, { name: first.name, role: first.role ?? 'owner' }, proofs.ofToken(first.name), 'link');
  });

  router.post('/admin/sign-in', async (ctx) => {
    const token = (await readForm(ctx.req)).get('token')?.trim() ?? '';
    if (token === '' || !isSameOrigin(ctx, urls.origin)) return refuse(ctx);
    const identified = await identify(ctx.req, token);
    if ('retryAfter' in identified) return refuse(ctx, identified.retryAfter);
    return enter(ctx, identified.operator, proofs.ofToken(identified.operator.name), 'token');
  });

  if (provider) {
    router.get('/admin/sign-in/provider', async (ctx) => {
      try {
        const { url, transaction } = await provider.begin();
        ctx.append('Set-Cookie', transactions.write(TRANSACTION, JSON.stringify(transaction), TRANSACTION_SECONDS));
        seeOther(ctx, url);
      } catch (error) {
        logFailure(error);
        refuse(ctx);
      }
    });

    router.get('/admin/sign-in/callback', async (ctx) => {
      const text = transactions.read(ctx.req.headers.cookie, TRANSACTION);
      ctx.append('Set-Cookie', transactions.forget(TRANSACTION));
      if (text === null) return refuse(ctx);
      // Each answer is a request to the provider, the same one too.
      const attempt = await attempts.begin(ctx.req, { kind: 'operator_sign_in', clientId: '', secret: randomUUID() });
      if (attempt.retryAfter > 0) return refuse(ctx, attempt.retryAfter);
      try {
        const answer = new URL(urls.urlOf(`/admin/sign-in/callback${ctx.search}`));
        const operator = await provider.complete(answer, JSON.parse(text) as Transaction);
        if (operator) {
          attempt.succeeded();
          return enter(ctx, operator, proofs.ofProvider(), 'identity provider');
        }
        log.warn({}, 'sign-in refused: no claim of ADMIN_OIDC_ROLES');
      } catch (error) {
        logFailure(error);
      }
      return refuse(ctx, attempt.failed());
    });
  }

  /** Only the code of an error: its message and its cause may repeat what the provider sent. */
  function logFailure(error: unknown): void {
    const code = error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.name) : 'unknown';
    log.warn({ reason: code }, 'sign-in at the identity provider failed');
  }

  sessionRoutes(router, {
    sessions,
    origin: urls.origin,
    signedOut: (ctx, { name }) => audit(ctx, 'operator.signed_out', name, null),
  });

  return {
    router,
    requireOperator: requireOperator({ identify, sessions, origin: urls.origin }),
    requireSession: createRequireSession({ sessions, origin: urls.origin }),
    createLink: () => urls.urlOf(`/admin/sign-in?once=${links.create()}`),
  };
}
