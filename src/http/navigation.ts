import type { Context } from 'koa';

/**
 * Whether a person navigated here. Other requests (a script's fetch that was redirected here, a prefetch) must not take
 * a place in line. Decided by the method, the browser's fetch metadata, an Accept header that asks for JSON, and the
 * header that script libraries add.
 */
export function isNavigation(ctx: Pick<Context, 'get' | 'method'>): boolean {
  const mode = ctx.get('Sec-Fetch-Mode');
  const accept = ctx.get('Accept');
  return (
    (ctx.method === 'GET' || ctx.method === 'POST') &&
    (mode === '' || mode === 'navigate') &&
    ctx.get('Sec-Purpose') === '' &&
    // Sent by Safari, and by browsers older than Sec-Purpose.
    ctx.get('Purpose') !== 'prefetch' &&
    ctx.get('X-Requested-With') === '' &&
    !(accept.includes('application/json') && !accept.includes('text/html'))
  );
}

/** Whether a current browser sent the request: it says what the answer is for, and programs do not. */
export const isOfBrowser = (ctx: Pick<Context, 'get'>): boolean => ctx.get('Sec-Fetch-Dest') !== '';
