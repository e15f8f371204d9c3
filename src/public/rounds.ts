/** Visitors who are inside, and are sent back here by the site each time that they are taken to it. */
import type { Context } from 'koa';
import type { Lately } from '#http/lately.ts';
import { isOfBrowser } from '#http/navigation.ts';
import type { RoomId } from '#waiting-room/room.ts';

/**
 * How often within a minute a visitor is taken back to the same page. A browser gives up after some twenty redirects
 * (Safari after sixteen), and each round of a gate takes three.
 */
const RETURNS = 3;
/** A program goes round as it likes for a while. */
const RETURNS_OF_PROGRAMS = 10;

export interface RoundsDeps {
  readonly returns: Lately;
  readonly now: () => number;
}

export interface Rounds {
  /** Whether it is time to explain; counts where it is not. With `anew` it never is, and those before are forgotten. */
  areTooMany(ctx: Context, room: RoomId, url: string, anew: boolean): boolean;
}

export function createRounds({ returns, now }: RoundsDeps): Rounds {
  return {
    areTooMany(ctx, room, url, anew) {
      const header = ctx.req.headers.cookie;
      const { origin, pathname } = new URL(url);
      const page = origin + pathname;
      const count = returns.count(header, room, now(), page);
      if (anew) {
        if (count > 0) ctx.append('Set-Cookie', returns.forget(room));
        return false;
      }
      if (count >= (isOfBrowser(ctx) ? RETURNS : RETURNS_OF_PROGRAMS)) return true;
      ctx.append('Set-Cookie', returns.add(header, room, now(), page));
      return false;
    },
  };
}
