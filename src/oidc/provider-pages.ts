/** The pages that oidc-provider shows by itself: errors and the logout. */
import type { Context, Middleware } from 'koa';
import type { ErrorOut, KoaContextWithOIDC } from 'oidc-provider';
import { unavailableCause } from '#http/unavailable-cause.ts';
import { RETRY_AFTER, showUnavailable } from '#pages/unavailable.ts';
import type { Render } from '#pages/views.ts';

export interface ProviderPages {
  readonly renderError: (ctx: KoaContextWithOIDC, out: ErrorOut, error: Error) => void;
  readonly confirmLogout: (ctx: KoaContextWithOIDC, form: string) => void;
  readonly loggedOut: (ctx: KoaContextWithOIDC) => void;
}

export interface ProviderPagesDeps {
  readonly render: Render;
  readonly onError: (error: unknown) => void;
}

/** The picker of languages is sent to the address of the page, which repeats no parameter of a request. */
const isRead = ({ method }: Context) => method === 'GET' || method === 'HEAD';

export function createProviderPages({ render, onError }: ProviderPagesDeps): ProviderPages {
  return {
    renderError(ctx, out, error) {
      ctx.type = 'html';
      if (unavailableCause(error)) return showUnavailable(ctx, render);
      if (ctx.status >= 500) onError(error);
      const broken = out.error === 'server_error' ? 'internal_error' : undefined;
      const { reason = broken, site } = error as { reason?: string; site?: string | null };
      // A browser keeps no choice in a frame of another site.
      const languageForm = reason !== 'frame_refused' && isRead(ctx);
      ctx.body = render(ctx.req, 'error', {
        ...{ code: out.error, reason, description: out.error_description, site, languageForm },
      });
    },
    confirmLogout(ctx, form) {
      const [, xsrf] = /name="xsrf" value="([^"]+)"/.exec(form) ?? [];
      const { state = null } = ctx.oidc.params ?? {};
      // The form has it, so the session does not grow with it.
      if (ctx.oidc.session?.state) ctx.oidc.session.state.state = undefined;
      const action = ctx.oidc.urlFor('end_session_confirm');
      ctx.body = render(ctx.req, 'confirm-logout', { action, xsrf, state, languageForm: isRead(ctx) });
    },
    loggedOut(ctx) {
      ctx.type = 'html';
      ctx.body = render(ctx.req, 'logged-out', { languageForm: isRead(ctx) });
    },
  };
}

/** oidc-provider saves a session after its own error handling; a store that fails then gets the page too. */
export function pageWhileUnavailable(render: Render): Middleware {
  return async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      if (!unavailableCause(error) || ctx.accepts('json', 'html') !== 'html') throw error;
      showUnavailable(ctx, render);
    }
  };
}

/**
 * Replaces oidc-provider's JSON `server_error` while the store is unavailable: the program's code or token is fine, and
 * it may try again after `Retry-After`.
 */
export function answerUnavailable(ctx: Context): void {
  if (typeof ctx.body !== 'object' || ctx.body === null) return;
  ctx.status = 503;
  ctx.set('Retry-After', String(RETRY_AFTER));
  ctx.body = { error: 'temporarily_unavailable', error_description: 'the store does not answer; try again later' };
}
