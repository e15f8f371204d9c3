/** What the bare address of the service shows: a page for people, and a request to crawlers to stay away. */
import { namesHtml } from '#http/accept.ts';
import type { Door } from '#http/door.ts';
import { languageQuery } from './locale/language-query.ts';
import { sendPage } from './send-page.ts';
import type { Views } from './views.ts';

const ROBOTS = 'User-agent: *\nDisallow: /\n';

/** `GET /` of a browser, and `GET /robots.txt` (RFC 9309). */
export function createLandingDoor({ views }: { readonly views: Pick<Views, 'page'> }): Door {
  return {
    async middleware(ctx, next) {
      const isRead = ctx.method === 'GET' || ctx.method === 'HEAD';
      if (isRead && ctx.path === '/' && namesHtml(ctx.get('Accept'))) {
        ctx.vary('Accept');
        return sendPage(ctx, 200, views.page(ctx.req, 'landing', { languageForm: languageQuery(ctx) }));
      }
      if (!isRead || ctx.path !== '/robots.txt') return next();
      ctx.type = 'text/plain';
      ctx.set('Cache-Control', 'public, max-age=86400');
      ctx.body = ROBOTS;
    },
  };
}
