/** The provider's own pages: what went wrong, and the way out. */
import type { Context } from 'koa';
import type { ErrorOut, KoaContextWithOIDC } from 'oidc-provider';
import { AnteroomError } from '#waiting-room/errors.ts';

/** Renders a view of views/ to HTML; everything is escaped. */
export type Render = (view: string, data: Record<string, unknown>) => string;

export interface ProviderPages {
  readonly renderError: (ctx: KoaContextWithOIDC, out: ErrorOut, error: Error) => void;
  readonly confirmLogout: (ctx: KoaContextWithOIDC, form: string) => void;
  readonly loggedOut: (ctx: KoaContextWithOIDC) => void;
}

export interface PagesDeps {
  readonly render: Render;
  readonly onError: (error: unknown) => void;
}

/** Seconds after which a page that the store could not serve asks again by itself. */
export const RETRY_AFTER = 5;

export function createPages({ render, onError }: PagesDeps): ProviderPages {
  return {
    renderError(ctx, out, error) {
      ctx.type = 'html';
      if (awayCause(error)) return showAway(ctx, render);
      if (ctx.status >= 500) onError(error);
      ctx.body = render('error', { code: out.error, description: out.error_description });
    },
    confirmLogout(ctx, form) {
      const [, xsrf] = /name="xsrf" value="([^"]+)"/.exec(form) ?? [];
      ctx.body = render('logout', { action: ctx.oidc.urlFor('end_session_confirm'), xsrf });
    },
    loggedOut(ctx) {
      ctx.type = 'html';
      ctx.body = render('logged-out', {});
    },
  };
}

/** The page while the store is away: it loads its own address again, by GET also where it answers a form. */
export function showAway(ctx: Context, render: Render): void {
  ctx.status = 503;
  ctx.type = 'html';
  ctx.set({ 'Cache-Control': 'no-store', 'Retry-After': String(RETRY_AFTER), Refresh: String(RETRY_AFTER) });
  ctx.body = render('away', {});
}

/**
 * Turns the provider's answer for programs, JSON that says server_error, into one that says when to come again:
 * nothing is wrong with the code or the token that was sent.
 */
export function sayAway(ctx: Context): void {
  if (typeof ctx.body !== 'object' || ctx.body === null) return;
  ctx.status = 503;
  ctx.set('Retry-After', String(RETRY_AFTER));
  ctx.body = { error: 'temporarily_unavailable', error_description: 'the store does not answer at the moment' };
}

/** The StoreUnavailable behind an error, if that is what it comes down to. */
export function awayCause(error: unknown): AnteroomError | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof AnteroomError && cause.code === 'store_unavailable') return cause;
  }
  return null;
}
