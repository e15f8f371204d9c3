import type { Context } from 'koa';
import { prefersJson } from './accept.ts';

type Request = Pick<Context, 'get' | 'method'>;

/**
 * Whether a person navigated here. Other requests (a script's fetch that was redirected here, a prefetch) must not take
 * a place in line. Each sign counts by its value, not by its presence: WebViews of Android send `X-Requested-With` with
 * the app's name in each navigation.
 */
export function isNavigation(request: Request): boolean {
  const mode = request.get('Sec-Fetch-Mode').toLowerCase();
  return (
    (request.method === 'GET' || request.method === 'POST') &&
    (mode === '' || mode === 'navigate') &&
    !isPrefetch(request) &&
    // Sent by script libraries.
    request.get('X-Requested-With').toLowerCase() !== 'xmlhttprequest' &&
    !prefersJson(request.get('Accept'))
  );
}

/** Request headers that announce a prefetch or a preview, and who sends them. */
const PREFETCHES = [
  // Chrome and Firefox now; a prerender is `prefetch;prerender`.
  'Sec-Purpose',
  // Earlier versions of Chrome, and Safari.
  'Purpose',
  // Earlier versions of Safari, and Facebook's app.
  'X-Purpose',
  // Earlier versions of Firefox.
  'X-Moz',
] as const;

function isPrefetch(request: Request): boolean {
  return PREFETCHES.some((name) => /^(?:prefetch|prerender|preview)\b/i.test(request.get(name)));
}

/** Whether a current browser sent the request: it says what the answer is for, and programs do not. */
export const isOfBrowser = (ctx: Pick<Context, 'get'>): boolean => ctx.get('Sec-Fetch-Dest') !== '';
