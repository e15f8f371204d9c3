import type { Middleware } from 'koa';
import { ProviderAway } from './errors.ts';
import type { Pages } from './pages.ts';

/** No script, no foreign source, no frame. Not `form-action`: Chromium applies it to where a login redirects, too. */
const POLICY = "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'";

/** What surrounds every answer: the security headers, and a page for whatever went wrong. */
export function createPorch({
  pages,
  log,
}: {
  readonly pages: Pages;
  readonly log: (line: string) => void;
}): Middleware {
  return async (ctx, next) => {
    ctx.set({
      'Content-Security-Policy': POLICY,
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
      'Cache-Control': 'no-store',
    });
    const back = { href: '/', label: 'Back to the shop' };
    try {
      await next();
      if (ctx.status === 404 && ctx.body == null) {
        ctx.body = pages.notice({ title: 'Nothing here', text: 'This page does not exist.', back });
        ctx.status = 404;
      }
    } catch (error) {
      const away = error instanceof ProviderAway;
      log(`${ctx.method} ${ctx.path}: ${chain(error)}`);
      ctx.status = away ? 503 : 500;
      if (away) ctx.set('Retry-After', '5');
      ctx.body = away
        ? pages.notice({
            title: 'The waiting room does not answer',
            text: 'Nobody can reserve at the moment. Who has a number keeps it.',
            back: { href: ctx.path, label: 'Try again' },
          })
        : pages.notice({ title: 'Something went wrong', text: 'This is our fault, not yours.', back });
    }
  };
}

/** Names and messages of an error and its causes; never a token, a code or a cookie. */
function chain(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  const cause = error.cause instanceof Error ? ` ← ${chain(error.cause)}` : '';
  return `${error.name}: ${error.message}${cause}`;
}
