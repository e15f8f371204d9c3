import type Router from '@koa/router';
import type { Context } from 'koa';
import type { ShopContext } from './context.ts';
import { LoginRefused, ProviderAway } from './errors.ts';
import { LOGIN_WINDOW } from './transactions.ts';

const STATE = /^[\w-]{20,64}$/;

/** Coming in: the shop window, and the login that waits in line (OpenID Connect Core §3.1). */
export function mountVisit(
  router: Router,
  { provider, transactions, sessions, sales, pages, cookies, urls }: ShopContext,
): void {
  router.get('/', async (ctx) => {
    const inside = sessions.find(cookies.session(ctx));
    ctx.body = pages.window({
      inside,
      sale: inside && sales.of(inside),
      providerAway: await provider.ready().then(
        () => false,
        () => true,
      ),
    });
  });

  router.post('/reserve', reserve);
  // So that it can be the relying party's `initiate_login_uri` (OpenID Connect Core §4).
  router.get('/reserve', reserve);

  async function reserve(ctx: Context): Promise<void> {
    const { iss } = ctx.query;
    if (iss !== undefined && iss !== urls.issuer.href && `${iss}/` !== urls.issuer.href) {
      ctx.status = 400;
      ctx.body = pages.notice({
        title: 'Not our waiting room',
        text: 'The link you followed names another identity provider than this shop works with.',
        back: { href: '/', label: 'Back to the shop' },
      });
      return;
    }
    const transaction = transactions.begin();
    const target = await provider.authorizationUrl(transaction);
    cookies.keepLogin(ctx, transaction.state, await transactions.seal(transaction), LOGIN_WINDOW);
    ctx.status = 303;
    ctx.redirect(target.href);
  }

  router.get('/callback', async (ctx) => {
    const { state } = ctx.query;
    const sealed = typeof state === 'string' && STATE.test(state) ? cookies.login(ctx, state) : undefined;
    const transaction =
      sealed !== undefined && typeof state === 'string' ? await transactions.open(sealed, state) : null;
    if (transaction === null) {
      // Nothing of the query is shown: without its transaction nobody knows who wrote it.
      const inside = sessions.find(cookies.session(ctx)) !== null;
      ctx.status = 400;
      ctx.body = pages.notice({
        title: 'This login is not known here',
        text: 'The link was used already, is older than ten minutes, or comes from another browser.',
        back: inside
          ? { href: '/checkout', label: 'To the checkout' }
          : { href: '/reserve', label: 'Reserve again, with the same number' },
      });
      return;
    }

    const callback = new URL(urls.redirectUri);
    callback.search = ctx.search;
    try {
      const session = await provider.login(callback, transaction);
      sessions.end(cookies.session(ctx));
      cookies.keepSession(ctx, sessions.open(session), new Date(session.expiresAt));
      cookies.forgetLogin(ctx, transaction.state);
      ctx.status = 303;
      ctx.redirect('/checkout');
    } catch (error) {
      if (error instanceof ProviderAway) {
        // The code may still be good: the transaction stays, and the same address can be tried again.
        ctx.status = 503;
        ctx.body = pages.notice({
          title: 'Almost there',
          text: 'It is your turn, but the waiting room does not answer at the moment.',
          back: { href: `/callback${ctx.search}`, label: 'Try again' },
        });
        return;
      }
      if (!(error instanceof LoginRefused)) throw error;
      cookies.forgetLogin(ctx, transaction.state);
      ctx.status = 403;
      ctx.body = pages.notice({
        title: 'You were not let in',
        text: `The waiting room answered "${error.code}". Nothing was bought.`,
        detail: error.description,
        back: { href: '/reserve', label: 'Reserve again' },
      });
    }
  });
}
