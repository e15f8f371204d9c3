/**
 * Which pages may call the tickets API: those of the room's origins and of the service itself. Programs send no Origin
 * and may call from anywhere. The API accepts a bearer ticket and never a cookie.
 */
import type { Context, Middleware } from 'koa';
import { Problem } from '#http/problem.ts';
import type { PublicUrls } from '#http/public-urls.ts';
import type { RoomOrigins } from '#waiting-room/room-origins.ts';

/** For requests without an Origin: they come from no page. */
export const ANY_ORIGIN = { 'Access-Control-Allow-Origin': '*', 'Access-Control-Expose-Headers': 'Retry-After' };

/** The answer to a preflight (Fetch §4.8). Browsers keep it for a day. */
const PREFLIGHT = {
  'Access-Control-Allow-Methods': 'GET, POST, DELETE',
  'Access-Control-Allow-Headers': 'Authorization, Content-Type, Anteroom-Pass',
  'Access-Control-Max-Age': '86400',
};

export interface Callers {
  /**
   * The headers that open an answer to the page that sent the request. Throws `origin_refused` for a page of another
   * origin. Not a promise where this process knows the room's origins.
   */
  headersFor(room: string, origin: string | undefined): Headers | Promise<Headers>;
}

type Headers = Readonly<Record<string, string>>;

export interface CallersDeps {
  readonly origins: Pick<RoomOrigins, 'allows'>;
  readonly urls: Pick<PublicUrls, 'origin'>;
}

export function createCallers({ origins, urls }: CallersDeps): Callers {
  function open(room: string, origin: string, isAllowed: boolean): Headers {
    if (isAllowed) return { ...ANY_ORIGIN, 'Access-Control-Allow-Origin': origin, Vary: 'Origin' };
    throw new Problem('origin_refused', {
      detail: `Pages of ${origin} may not call the API of the room "${room}". Its setting "origins" names those that may.`,
      headers: { Vary: 'Origin' },
    });
  }

  return {
    headersFor(room, origin) {
      if (origin === undefined || origin === '') return ANY_ORIGIN;
      const isAllowed = origin === urls.origin || origins.allows(room, origin);
      return isAllowed instanceof Promise
        ? isAllowed.then((answer) => open(room, origin, answer))
        : open(room, origin, isAllowed);
    },
  };
}

const ROOM = /^\/rooms\/([^/]+)\//;

/** Opens every answer to the room's origins, refusals included, and answers preflights. */
export function createCors(callers: Callers): Middleware {
  return async (ctx: Context, next) => {
    ctx.set({ ...(await callers.headersFor(ROOM.exec(ctx.path)?.[1] ?? '', ctx.get('Origin'))) });
    if (ctx.method !== 'OPTIONS' || !ctx.get('Access-Control-Request-Method')) return next();
    ctx.set(PREFLIGHT);
    ctx.status = 204;
  };
}
