import type { Context } from 'koa';

/** Lets this page load the scripts, frames and styles of another origin, and connect to it. */
export function allowSources(
  ctx: Pick<Context, 'res'>,
  { script, frame, style = '' }: { readonly script: string; readonly frame: string; readonly style?: string },
): void {
  const policy = ctx.res.getHeader('Content-Security-Policy');
  if (typeof policy !== 'string') return;
  const opened = policy
    .replace("script-src 'self'", `script-src 'self' ${script}`)
    .replace("style-src 'self'", `style-src 'self' ${style}`.trimEnd())
    .replace("connect-src 'self'", `connect-src 'self' ${frame}`);
  ctx.res.setHeader('Content-Security-Policy', `${opened}; frame-src ${frame}`);
}

/** Lets pages of the origins show this answer in a frame. Without any, the answer stays out of all frames. */
export function allowFraming(ctx: Pick<Context, 'res'>, origins: readonly string[]): void {
  const policy = ctx.res.getHeader('Content-Security-Policy');
  if (origins.length === 0 || typeof policy !== 'string') return;
  ctx.res.setHeader(
    'Content-Security-Policy',
    policy.replace("frame-ancestors 'none'", `frame-ancestors 'self' ${origins.join(' ')}`),
  );
  // X-Frame-Options knows no origins (RFC 7034 §2.1). Browsers with frame-ancestors ignore it anyway.
  ctx.res.removeHeader('X-Frame-Options');
}
