/** What the bare address of the service shows: a page for people, and a request to crawlers to stay away. */
import { namesHtml } from '#http/accept.ts';
import type { Door } from '#http/door.ts';
import type { PublicUrls } from '#http/public-urls.ts';
import { sendPage } from './send-page.ts';
import type { Views } from './views.ts';
import { answerLanguageForm } from './waiting/language-form.ts';

const ROBOTS = 'User-agent: *\nDisallow: /\n';

export interface LandingDeps {
  readonly views: Pick<Views, 'page'>;
  readonly urls: Pick<PublicUrls, 'origin' | 'pathOf'>;
}

/** `GET /` of a browser, and `GET /robots.txt` (RFC 9309). */
export function createLandingDoor({ views, urls }: LandingDeps): Door {
  return {
    async middleware(ctx, next) {
      const isRead = ctx.method === 'GET' || ctx.method === 'HEAD';
      if (isRead && ctx.path === '/' && namesHtml(ctx.get('Accept'))) {
        ctx.vary('Accept');
        return sendPage(ctx, 200, views.page(ctx.req, 'landing', { languageForm: true }));
      }
      if (ctx.method === 'POST' && ctx.path === '/') return answerLanguageForm(ctx, urls);
      if (!isRead || ctx.path !== '/robots.txt') return next();
      ctx.type = 'text/plain';
      ctx.set('Cache-Control', 'public, max-age=86400');
      ctx.body = ROBOTS;
    },
  };
}
