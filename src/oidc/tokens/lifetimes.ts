import type { KoaContextWithOIDC, Session } from 'oidc-provider';
import { loginContext } from '../login-context.ts';
import { secondsLeft } from '../usable-admission.ts';

const DAY = 24 * 60 * 60;

/** Seconds left of the request's admission; nothing that is issued lives longer. */
export type RemainingSeconds = (ctx: KoaContextWithOIDC) => number;

export function createRemainingSeconds(now: () => number): RemainingSeconds {
  return (ctx) => {
    const admission = loginContext(ctx).visit?.admission;
    return admission ? Math.max(1, secondsLeft(admission, now())) : 1;
  };
}

/** Lifetimes of oidc-provider's tokens and records, in seconds. */
export function createLifetimes(remaining: RemainingSeconds, now: () => number) {
  return {
    AccessToken: (ctx: KoaContextWithOIDC) =>
      Math.min(remaining(ctx), loginContext(ctx).visit?.accessTokenLifetime ?? Number.POSITIVE_INFINITY),
    IdToken: remaining,
    // An admission that no code confirms in time ends, so a code is of no use for longer.
    AuthorizationCode(ctx: KoaContextWithOIDC) {
      const confirmBy = loginContext(ctx).visit?.admission?.confirmBy;
      return confirmBy === undefined ? 60 : Math.max(1, Math.min(60, Math.floor((confirmBy - now()) / 1000)));
    },
    // Each refresh checks the admission, which may have been prolonged since.
    RefreshToken: (ctx: KoaContextWithOIDC) => DAY + remaining(ctx),
    // A token lives no longer than its grant, nor than the session that it came from.
    Grant: (ctx: KoaContextWithOIDC) => DAY + remaining(ctx),
    Session: (ctx: KoaContextWithOIDC, session: Session) =>
      Math.max(DAY + remaining(ctx), (session.exp ?? 0) - Math.floor(now() / 1000)),
    Interaction: DAY,
  };
}
