import type { Context } from 'koa';

/**
 * Whether a form may come from a page of the service: the browser does not say that another site sent it. A sibling
 * host counts as another site, though its forms bring SameSite cookies. Browsers without fetch metadata, and all of
 * them over http, send an Origin, which is `null` from our own pages, because they send no referrer.
 */
export function isSameOrigin(ctx: Pick<Context, 'get'>, origin: string): boolean {
  const site = ctx.get('Sec-Fetch-Site');
  if (site !== '') return site === 'same-origin' || site === 'none';
  const sender = ctx.get('Origin');
  return sender === '' || sender === 'null' || sender === origin;
}
