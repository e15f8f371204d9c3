/**
 * oidc-provider's cookies, with names that no other host can set: over https they begin with `__Host-`. A sibling host
 * could plant a session otherwise. oidc-provider gives its resume cookie a path, which `__Host-` forbids; here its name
 * has the id of the request instead. Cookies of earlier versions are still read, for the time of a rolling upgrade, but
 * only beside what no sibling host can set: the sealed cookies of the same visitor.
 */
import type { Context, Middleware } from 'koa';
import { cookieValue, type VisitorCookies } from '#http/visitor-cookies.ts';
import type { CookieSigner } from './cookie-signer.ts';

const SESSION = 'anteroom_session';
/** oidc-provider's own name; the browser gets another one over https. */
const RESUME = 'anteroom_resume';
const RESUME_PATH = /^\/authorize\/([\w-]+)$/;
const RESUME_COOKIE = new RegExp(`^${RESUME}=([^;]*)(.*?); path=[^;]*/authorize/([\\w-]+)(.*)$`, 'i');

export interface HostCookies {
  /** oidc-provider's names. */
  readonly names: { readonly session: string; readonly interaction: string; readonly resume: string };
  /** Translates between these names and the browser's. */
  readonly middleware: Middleware;
}

export interface HostCookiesDeps {
  readonly signer: CookieSigner;
  /** Whether the public URL is https: browsers refuse `__Host-` over http. */
  readonly isSecure: boolean;
  readonly cookies: Pick<VisitorCookies, 'visitor'>;
}

export function createHostCookies({ signer, isSecure, cookies }: HostCookiesDeps): HostCookies {
  const session = isSecure ? `__Host-${SESSION}` : SESSION;
  const resumeOf = (id: string) => `__Host-${RESUME}_${id}`;

  /**
   * The signed session of an earlier version, under its current name. The visitor's own cookie, which every session has
   * beside it, identifies the visitor. A newcomer with a session got it from somebody else.
   */
  function readEarlierSession(header: string): string {
    const value = cookieValue(header, SESSION);
    if (!value || cookieValue(header, session) || cookies.visitor(header) === null) return header;
    if (!signer.verify(`${SESSION}=${value}`, cookieValue(header, `${SESSION}.sig`) ?? '')) return header;
    return `${header}; ${session}=${value}; ${session}.sig=${signer.sign(`${session}=${value}`)}`;
  }

  /** oidc-provider takes the first cookie of a name. */
  function readResume(header: string, path: string): string {
    const [, id = ''] = RESUME_PATH.exec(path) ?? [];
    const value = id && cookieValue(header, resumeOf(id));
    return value ? `${RESUME}=${value}; ${header}` : header;
  }

  function renameResume(ctx: Context): void {
    const set = [ctx.response.get('Set-Cookie')].flat().filter((cookie) => cookie !== '');
    if (!set.some((cookie) => RESUME_COOKIE.test(cookie))) return;
    ctx.set(
      'Set-Cookie',
      set.map((cookie) =>
        cookie.replace(RESUME_COOKIE, (_all, value, before, id, after) => {
          return `${resumeOf(id)}=${value}${before}; path=/${after}`;
        }),
      ),
    );
  }

  return {
    names: { session, interaction: 'anteroom_interaction', resume: RESUME },
    async middleware(ctx, next) {
      if (!isSecure) return next();
      const { cookie } = ctx.req.headers;
      if (cookie) ctx.req.headers.cookie = readResume(readEarlierSession(cookie), ctx.path);
      try {
        await next();
      } finally {
        renameResume(ctx);
      }
    },
  };
}
