/** What else a room shows to anybody: what its pages store, and its message in a language. */
import Router from '@koa/router';
import type { Middleware } from 'koa';
import { providers } from '#challenges/providers/index.ts';
import { chain } from '#http/chain.ts';
import type { Door } from '#http/door.ts';
import type { PublicUrls } from '#http/public-urls.ts';
import { describeCookies } from '#http/visitor-cookies.ts';
import { providerOf } from '#waiting-room/entry/entry-settings.ts';
import type { WaitingRoom } from '#waiting-room/index.ts';
import type { NoticeRequests } from '#waiting-room/notice-requests.ts';
import { messageId } from '#waiting-room/page-settings.ts';
import { LANGUAGE_AGE, LANGUAGE_COOKIE } from './locale/choose-language.ts';
import { sendPage } from './send-page.ts';
import type { Views } from './views.ts';

export interface RoomPagesDeps {
  readonly waitingRoom: { readonly snapshots: Pick<WaitingRoom['snapshots'], 'get'> };
  readonly views: Pick<Views, 'page' | 'texts'>;
  readonly urls: Pick<PublicUrls, 'isSecure'>;
  readonly noticeRequests: Pick<NoticeRequests, 'sends'>;
}

/** `GET /rooms/{room}/storage` and `GET /rooms/{room}/message?lang=`. */
export function createRoomPagesDoor({ waitingRoom, views, urls, noticeRequests }: RoomPagesDeps): Door {
  const { snapshots } = waitingRoom;
  const router = new Router();
  router.get('/rooms/:room/storage', async (ctx) => {
    const { settings } = await snapshots.get(ctx.params.room ?? '');
    const provider = providerOf(settings);
    const cookies = [
      ...describeCookies(settings.id, urls.isSecure, settings.admission.lifetime / 1000),
      { name: LANGUAGE_COOKIE, purpose: 'language', age: LANGUAGE_AGE },
    ];
    const offers = (channel: 'email' | 'push') => noticeRequests.sends[channel] && settings.notify?.[channel] === true;
    const host = provider ? new URL(providers[provider.provider].widget.script).host : null;
    sendPage(
      ctx,
      200,
      views.page(
        ctx.req,
        'storage',
        { title: settings.title, cookies, host, email: offers('email'), push: offers('push') },
        settings,
      ),
    );
  });
  router.get('/rooms/:room/message', async (ctx) => {
    const { settings } = await snapshots.get(ctx.params.room ?? '');
    const { message } = views.texts(ctx.req, settings);
    ctx.set({ 'Cache-Control': 'public, max-age=1', 'Access-Control-Allow-Origin': '*' });
    ctx.vary('Accept-Language');
    const id = messageId(settings) ?? null;
    ctx.body = message
      ? { id, text: message.text, lang: message.lang ?? null, dir: message.dir ?? null }
      : { id, text: null };
  });
  return { middleware: chain(router.routes() as Middleware, router.allowedMethods() as Middleware) };
}
