/**
 * Limits how often client secrets are guessed, at every endpoint that authenticates clients. oidc-provider looks a client
 * up right before it compares the secret, so the limit is asked there.
 */
import type { Context, Middleware } from 'koa';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { errors } from 'oidc-provider';
import type { CredentialAttempts } from '#http/credential-attempts.ts';
import { loginContext } from './login-context.ts';

const ROUTES: ReadonlySet<string> = new Set(['token', 'introspection', 'revocation', 'pushed_authorization_request']);

export interface ClientAttempts {
  /** Rejects with a 429 if the client has to wait. To be called when a client is looked up. */
  begin(ctx: KoaContextWithOIDC | undefined, clientId: string): Promise<void>;
  /** Tells how the attempt ended. */
  readonly settle: Middleware;
}

export function createClientAttempts(attempts: CredentialAttempts): ClientAttempts {
  return {
    async begin(ctx, clientId) {
      if (!ctx || !ROUTES.has(ctx.oidc.route)) return;
      const login = loginContext(ctx);
      const secret = secretOf(ctx);
      // A client that is looked up after that is the client of a token.
      if (login.attempt || secret === null) return;
      login.attempt = await attempts.begin(ctx.req, { kind: 'client_secret', clientId, secret });
      const { retryAfter } = login.attempt;
      if (retryAfter === 0) return;
      ctx.set('Retry-After', String(retryAfter));
      throw Object.assign(new errors.TemporarilyUnavailable(explain(retryAfter)), { status: 429, statusCode: 429 });
    },
    async settle(ctx, next) {
      let isAnswered = false;
      try {
        await next();
        isAnswered = true;
      } finally {
        const { attempt } = loginContext(ctx);
        if (attempt?.retryAfter === 0) {
          if (!isAnswered || ctx.status >= 500) attempt.undecided();
          // These endpoints give this answer for no other reason (RFC 6749 §5.2).
          else if (ctx.status !== 401) attempt.succeeded();
          else refuseRepeat(ctx, attempt.failed({ isUnknown: !(ctx as KoaContextWithOIDC).oidc?.client }));
        }
      }
    },
  };
}

function refuseRepeat(ctx: Context, retryAfter: number): void {
  if (retryAfter === 0) return;
  ctx.status = 429;
  ctx.remove('WWW-Authenticate');
  ctx.set('Retry-After', String(retryAfter));
  const { error } = new errors.TemporarilyUnavailable();
  if (typeof ctx.body === 'object') ctx.body = { error, error_description: explain(retryAfter) };
}

const explain = (seconds: number) => `too many failed attempts to authenticate: try again in ${seconds} s`;

/** Null for a request that shows no secret. */
function secretOf({ headers, oidc: { params } }: KoaContextWithOIDC): string | null {
  const secret = params?.client_secret;
  return typeof secret === 'string' && secret !== '' ? secret : (headers.authorization ?? null);
}
