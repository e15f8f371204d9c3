import type { Middleware } from 'koa';
import { allowFraming } from '#http/framing.ts';
import type { PublicUrls } from '#http/public-urls.ts';
import type { Views } from './views.ts';

/** What the frame of the control panel shows. */
const FRAMED = ['/admin/', '/admin/sign-in'];

export interface DemoPageDeps {
  readonly views: Pick<Views, 'render'>;
  readonly urls: Pick<PublicUrls, 'urlOf'>;
  /** The shop's URL, without a trailing slash. */
  readonly shop: string;
}

/**
 * The demo's page at `/demo`: the shop, a visitor who waits, and the control panel, side by side. Elsewhere no page may
 * frame the control panel; in the demo this one may.
 */
export function createDemoPage({ views, urls, shop }: DemoPageDeps): Middleware {
  const panel = urls.urlOf('/admin/');
  return async (ctx, next) => {
    if (ctx.path !== '/demo') {
      await next();
      if (FRAMED.includes(ctx.path)) allowFraming(ctx, [shop]);
      return;
    }
    const policy = String(ctx.res.getHeader('Content-Security-Policy'));
    ctx.set({
      'Cache-Control': 'no-cache',
      'Content-Security-Policy': `${policy}; frame-src 'self' ${shop}`,
    });
    ctx.type = 'html';
    ctx.body = views.render('demo', { shop, panel });
  };
}
