import type { Context } from 'koa';

/** Lets pages of the origins show this answer in a frame. Without any, the answer stays out of all frames. */
export function allowFraming(ctx: Pick<Context, 'res'>, origins: readonly string[]): void {
  const policy = ctx.res.getHeader('Content-Security-Policy');
  if (origins.length === 0 || typeof policy !== 'string') return;
  ctx.res.setHeader(
    'Content-Security-Policy',
    policy.replace("frame-ancestors 'none'", `frame-ancestors 'self' ${origins.join(' ')}`),
  );
  // It knows no origins (RFC 7034 §2.1); browsers with frame-ancestors would ignore it anyway.
  ctx.res.removeHeader('X-Frame-Options');
}
