import type Router from '@koa/router';
import type { Context } from 'koa';
import type { ShopContext } from './context.ts';
import { ProviderUnavailable, TokenRefused } from './errors.ts';
import { problem } from './problem.ts';
import { ITEM } from './sales.ts';

/** The parameter of a request that is repeated, once. */
const AGAIN = 'again';

/** Checkout, purchase, receipt and leaving, for visitors with an admission only. */
export function mountTill(router: Router, { provider, sessions, sales, pages, cookies }: ShopContext): void {
  router.get('/checkout', (ctx) => {
    const id = cookies.session(ctx);
    const session = sessions.find(id);
    const isAgain = AGAIN in ctx.query;
    // A login in another tab may have replaced the session since the browser sent this. The cookie is the new one by now.
    if (session === null) return ctx.redirect(id === undefined || isAgain ? '/' : `/checkout?${AGAIN}`);
    if (isAgain) return ctx.redirect('/checkout');
    ctx.body = pages.checkout(session, sales.of(session));
  });

  router.post('/purchase', async (ctx) => {
    if (ctx.get('Authorization') !== '') return purchaseWithToken(ctx);
    if (isForeign(ctx)) return refuse(ctx, 403);
    const session = sessions.find(cookies.session(ctx));
    if (session === null) return refuse(ctx, 401);
    sales.sell(session);
    ctx.status = 303;
    ctx.redirect('/receipt');
  });

  router.get('/receipt', (ctx) => {
    const session = sessions.find(cookies.session(ctx));
    if (session === null) return ctx.redirect('/');
    const sale = sales.of(session);
    if (sale === null) return ctx.redirect('/checkout');
    ctx.body = pages.receipt(session, sale);
  });

  router.post('/leave', async (ctx) => {
    if (isForeign(ctx)) return refuse(ctx, 403);
    const id = cookies.session(ctx);
    const session = sessions.find(id);
    sessions.end(id);
    cookies.forgetSession(ctx);
    ctx.status = 303;
    if (session === null) return ctx.redirect('/');
    try {
      ctx.redirect((await provider.logoutUrl(session.idToken))?.href ?? '/');
      // Koa's own body would repeat the URL, and with it the ID token.
      ctx.body = '';
    } catch (error) {
      if (!(error instanceof ProviderUnavailable)) throw error;
      ctx.status = 503;
      ctx.body = pages.notice({
        title: 'You left the shop',
        text: 'The waiting room does not answer, so it does not know yet. Your place is free when your admission ends.',
        back: { href: '/', label: 'Back to the shop' },
      });
    }
  });

  /** The API way in: a bearer of an ID token for this shop may buy (RFC 6750 §2.1). */
  async function purchaseWithToken(ctx: Context): Promise<void> {
    const token = /^Bearer +([\w.~+/-]+=*)$/i.exec(ctx.get('Authorization'))?.[1];
    try {
      const buyer = await provider.verify(token ?? '');
      const { receipt, soldAt } = sales.sell(buyer);
      ctx.body = { receipt, item: ITEM, number: buyer.number, sold_at: new Date(soldAt).toISOString() };
    } catch (error) {
      if (error instanceof TokenRefused) {
        ctx.set('WWW-Authenticate', 'Bearer error="invalid_token"');
        problem(ctx, 401, 'token_invalid', 'The bearer token is not a valid ID token for this shop.');
        return;
      }
      if (!(error instanceof ProviderUnavailable)) throw error;
      problem(
        ctx,
        503,
        'provider_unavailable',
        'The identity provider does not answer, so the token cannot be verified.',
      );
    }
  }

  function refuse(ctx: Context, status: 401 | 403): void {
    if (status === 401) ctx.set('WWW-Authenticate', 'Bearer');
    if (ctx.accepts('html', 'json') === 'json') {
      problem(ctx, status, 'admission_required', 'Refused: you have no admission.');
      return;
    }
    ctx.status = status;
    ctx.body = pages.notice({
      title: 'Refused: you have no admission',
      text:
        status === 401
          ? 'You can buy once it is your turn, until your time is over. Reserve, and wait for your turn.'
          : 'This form was sent from another site.',
      back: { href: '/', label: 'Back to the shop' },
    });
  }
}

/** Whether a page of another site sent this form. SameSite=Lax does not tell ports of one host apart. */
function isForeign(ctx: Context): boolean {
  const site = ctx.get('Sec-Fetch-Site');
  return site !== '' && site !== 'same-origin' && site !== 'none';
}
