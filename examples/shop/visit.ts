import type Router from '@koa/router';
import type { Context } from 'koa';
import type { ShopContext } from './context.ts';
import { LoginRefused, ProviderUnavailable } from './errors.ts';
import { LOGIN_WINDOW } from './transactions.ts';

const STATE = /^[\w-]{20,64}$/;

/** The shop window, and the login that waits in line (OpenID Connect Core §3.1). */
export function mountVisit(
  router: Router,
  { provider, transactions, sessions, sales, pages, cookies, urls }: ShopContext,
): void {
  router.get('/', async (ctx) => {
    const inside = sessions.find(cookies.session(ctx));
    ctx.body = pages.window({
      inside,
      sale: inside && sales.of(inside),
      isProviderUnavailable: await provider.ready().then(
        () => false,
        () => true,
      ),
    });
  });

  router.post('/reserve', reserve);
  // As the relying party's `initiate_login_uri` (OpenID Connect Core §4).
  router.get('/reserve', reserve);

  async function reserve(ctx: Context): Promise<void> {
    const { iss } = ctx.query;
    if (iss !== undefined && iss !== urls.issuer.href && `${iss}/` !== urls.issuer.href) {
      ctx.status = 400;
      ctx.body = pages.notice({
        title: 'Not our waiting room',
        text: 'The link you followed belongs to another identity provider.',
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
      // Shows nothing of the query: without its transaction, anybody may have written it.
      const inside = sessions.find(cookies.session(ctx)) !== null;
      ctx.status = 400;
      ctx.body = pages.notice({
        title: 'This login cannot be used',
        text: 'The link was used already, is older than ten minutes, or belongs to another browser.',
        back: inside
          ? { href: '/checkout', label: 'Go to the checkout' }
          : { href: '/reserve', label: 'Reserve again and keep your number' },
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
      if (error instanceof ProviderUnavailable) {
        // The code may still be valid: the transaction stays, so the same URL can be tried again.
        ctx.status = 503;
        ctx.body = pages.notice({
          title: 'Almost there',
          text: 'It is your turn, but the waiting room does not answer right now.',
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
