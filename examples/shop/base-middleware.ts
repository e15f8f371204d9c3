import type { Middleware } from 'koa';
import { ProviderUnavailable } from './errors.ts';
import type { Pages } from './pages.ts';

/** No `form-action`: Chromium applies it to the redirect that answers a form, and a login redirects to another site. */
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; base-uri 'none'";

/** Adds the security headers to every answer, and answers errors with a page. */
export function createBaseMiddleware({
  pages,
  issuer,
  log,
}: {
  readonly pages: Pages;
  /** The identity provider, whose demo shows the shop in a frame. No other page may. */
  readonly issuer: URL;
  readonly log: (line: string) => void;
}): Middleware {
  return async (ctx, next) => {
    ctx.set({
      'Content-Security-Policy': `${POLICY}; frame-ancestors ${issuer.origin}`,
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
      'Cache-Control': 'no-store',
    });
    const back = { href: '/', label: 'Back to the shop' };
    try {
      await next();
      if (ctx.status === 404 && ctx.body == null) {
        ctx.body = pages.notice({ title: 'Page not found', text: 'This page does not exist.', back });
        ctx.status = 404;
      }
    } catch (error) {
      const isUnavailable = error instanceof ProviderUnavailable;
      log(`${ctx.method} ${ctx.path}: ${describe(error)}`);
      ctx.status = isUnavailable ? 503 : 500;
      if (isUnavailable) ctx.set('Retry-After', '5');
      ctx.body = isUnavailable
        ? pages.notice({
            title: 'The waiting room does not answer',
            text: 'You cannot reserve right now. If you have a number, you keep it.',
            back: { href: ctx.path, label: 'Try again' },
          })
        : pages.notice({ title: 'Something went wrong', text: 'It is our fault, not yours. Please try again.', back });
    }
  };
}

/** Names and messages of an error and its causes: they never contain a token, a code or a cookie. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  const cause = error.cause instanceof Error ? ` ← ${describe(error.cause)}` : '';
  return `${error.name}: ${error.message}${cause}`;
}
