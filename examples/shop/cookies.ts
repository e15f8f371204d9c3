import type { Context } from 'koa';

/** The shop's cookies. Their names have a prefix, because browsers share cookies between the ports of one host. */
export interface Cookies {
  session(ctx: Context): string | undefined;
  keepSession(ctx: Context, id: string, expires: Date): void;
  forgetSession(ctx: Context): void;
  /** The sealed transaction of one login. Each `state` has its own cookie, so tabs do not overwrite each other's. */
  login(ctx: Context, state: string): string | undefined;
  keepLogin(ctx: Context, state: string, sealed: string, maxAge: number): void;
  forgetLogin(ctx: Context, state: string): void;
}

const SESSION = 'shop_session';
const LOGIN = 'shop_login_';

export function createCookies({ secure }: { readonly secure: boolean }): Cookies {
  // Lax: the callback is a navigation that another site starts.
  const session = { httpOnly: true, sameSite: 'lax', secure, path: '/', overwrite: true } as const;
  const login = { httpOnly: true, sameSite: 'lax', secure, path: '/callback' } as const;

  /** Behind a TLS terminator the connection looks plain. SHOP_URL says what the browser sees. */
  function jar(ctx: Context): Context['cookies'] {
    ctx.cookies.secure = secure;
    return ctx.cookies;
  }

  return {
    session: (ctx) => jar(ctx).get(SESSION),
    keepSession: (ctx, id, expires) => void jar(ctx).set(SESSION, id, { ...session, expires }),
    forgetSession: (ctx) => void jar(ctx).set(SESSION, null, session),
    login: (ctx, state) => jar(ctx).get(LOGIN + state),
    keepLogin: (ctx, state, sealed, maxAge) => void jar(ctx).set(LOGIN + state, sealed, { ...login, maxAge }),
    forgetLogin: (ctx, state) => void jar(ctx).set(LOGIN + state, null, login),
  };
}
