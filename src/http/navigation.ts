import type { IncomingMessage } from 'node:http';
import type { Context } from 'koa';
import { decideSender, type Sender } from '#waiting-room/entry/sender.ts';
import { JoinRefused } from '#waiting-room/errors.ts';
import type { Frames } from '#waiting-room/room.ts';
import { namesHtml, prefersJson } from './accept.ts';

type Request = Pick<Context, 'get' | 'method'>;

/** The same of a request that Koa has not seen. */
export function navigationOf({ method = '', headers }: IncomingMessage): Request {
  return {
    method,
    get(name) {
      const value = headers[name.toLowerCase()];
      return typeof value === 'string' ? value : (value?.join(', ') ?? '');
    },
  };
}

/**
 * Whether a person navigated here. Other requests (a script's fetch that was redirected here, a prefetch) must not take
 * a place in line. Each sign counts by its value, not by its presence: WebViews of Android send `X-Requested-With` with
 * the app's name in each navigation.
 */
export function isNavigation(request: Request): boolean {
  return (
    (request.method === 'GET' || request.method === 'POST') &&
    senderOf(request, true) === 'navigation' &&
    !isPrefetch(request) &&
    // Sent by script libraries.
    request.get('X-Requested-With').toLowerCase() !== 'xmlhttprequest' &&
    !prefersJson(request.get('Accept'))
  );
}

/** @param isKnown whether the room knows the request's origin, if it has one. */
export function senderOf(request: Pick<Context, 'get'>, isKnown: boolean): Sender {
  const [mode, origin] = [request.get('Sec-Fetch-Mode').toLowerCase(), request.get('Origin')];
  // Read where it decides: current browsers say the mode, and navigations by GET have no origin.
  const acceptsPage = mode === '' && origin !== '' && namesHtml(request.get('Accept'));
  return decideSender({ mode, origin, acceptsPage, isKnown });
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
  return PREFETCHES.some((name) => {
    const purpose = request.get(name);
    return purpose !== '' && /^(?:prefetch|prerender|preview)\b/i.test(purpose);
  });
}

/**
 * Why the sender of a navigation may not join the line: it is a frame of a page. A frame of another site brings no
 * cookies (SameSite=Lax), so each view of that page would take another number. Null if the visitor may join.
 */
export function frameRefusal(request: Pick<Context, 'get'>, frames: Frames = 'refuse'): JoinRefused | null {
  const destination = request.get('Sec-Fetch-Dest').toLowerCase();
  if (destination === '' || destination === 'document') return null;
  const site = request.get('Sec-Fetch-Site').toLowerCase();
  if (frames === 'same-site' && (site === 'same-site' || site === 'same-origin')) return null;
  return frameRefused();
}

export const frameRefused = () =>
  new JoinRefused('frame_refused', 'This waiting room does not work inside another page. Open it in a tab of its own.');

/** Whether a current browser sent the request: it says what the answer is for, and programs do not. */
export const isOfBrowser = (ctx: Pick<Context, 'get'>): boolean => ctx.get('Sec-Fetch-Dest') !== '';
