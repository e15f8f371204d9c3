import type { Context } from 'koa';

/**
 * Whether a person sent this request by going somewhere. What was not (a script's fetch that was redirected here, a
 * prefetch) takes no place in line. Signs: the method, the fetch metadata that browsers send, an Accept header that
 * wants JSON, and the header that script libraries add.
 */
export function isNavigation(ctx: Pick<Context, 'get' | 'method'>): boolean {
  const mode = ctx.get('Sec-Fetch-Mode');
  const accept = ctx.get('Accept');
  return (
    (ctx.method === 'GET' || ctx.method === 'POST') &&
    (mode === '' || mode === 'navigate') &&
    ctx.get('Sec-Purpose') === '' &&
    // Safari and browsers from before Sec-Purpose.
    ctx.get('Purpose') !== 'prefetch' &&
    ctx.get('X-Requested-With') === '' &&
    !(accept.includes('application/json') && !accept.includes('text/html'))
  );
}

/** Whether a browser of today sent it, which says what it wants the answer for. Programs follow as they like. */
export const isOfBrowser = (ctx: Pick<Context, 'get'>): boolean => ctx.get('Sec-Fetch-Dest') !== '';
