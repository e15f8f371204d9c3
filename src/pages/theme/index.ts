/**
 * What the pages of a room take from its theme. It owns the theme's files and their route. What a theme may contain is
 * in `themes`. It imports http, themes and waiting-room.
 */
import Router from '@koa/router';
import type { Middleware } from 'koa';
import { chain } from '#http/chain.ts';
import type { Door } from '#http/door.ts';
import { chooseCoding } from '#http/encodings.ts';
import { Problem } from '#http/problem.ts';
import type { WaitingRoom } from '#waiting-room/index.ts';
import type { Views } from '../views.ts';

export interface ThemeFilesDeps {
  readonly waitingRoom: { readonly snapshots: Pick<WaitingRoom['snapshots'], 'get'> };
  readonly views: Pick<Views, 'dress'>;
}

/** An image that is opened by itself runs nothing either. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox";

/**
 * `GET /rooms/{room}/theme/{file}`. While a theme changes, processes may have different ones for a second: a file whose
 * hash is another gets what this process has, and no cache keeps it.
 */
export function createThemeFilesDoor({ waitingRoom, views }: ThemeFilesDeps): Door {
  const router = new Router();
  router.get('/rooms/:room/theme/:file', async (ctx) => {
    const { room = '', file = '' } = ctx.params;
    const { settings } = await waitingRoom.snapshots.get(room);
    const files = views.dress(settings)?.files ?? [];
    const exact = files.find(({ name }) => name === file);
    const found = exact ?? files.find(({ name }) => kindOf(name) === kindOf(file));
    if (!found) throw new Problem('not_found');
    const content = await found.encoded();
    const coding = chooseCoding(content, ctx.get('Accept-Encoding'));
    ctx.type = found.type;
    ctx.vary('Accept-Encoding');
    if (coding !== 'identity') ctx.set('Content-Encoding', coding);
    ctx.set({
      'Cache-Control': exact ? 'public, max-age=31536000, immutable' : 'no-store',
      'Content-Security-Policy': POLICY,
    });
    ctx.body = content[coding];
  });
  return { middleware: chain(router.routes() as Middleware, router.allowedMethods() as Middleware) };
}

/** `style` of `style.1a2b3c4d5e6f.css`. */
const kindOf = (name: string) => name.split('.')[0];
