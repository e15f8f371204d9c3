import type { KoaContextWithOIDC } from 'oidc-provider';
import { travels } from '../adapter.ts';

/**
 * Keeps oidc-provider from setting interaction cookies that nothing reads. A travelling request has nothing to resume,
 * and a stored one is found by the waiting page's address, since one cookie could not tell two tabs apart. Runs before
 * oidc-provider sets them: signing them takes longer than anything else about a cookie.
 */
export function withholdUnusedCookies(ctx: KoaContextWithOIDC): void {
  const unused = travels(ctx) ? ['anteroom_interaction', 'anteroom_resume'] : ['anteroom_interaction'];
  const { cookies } = ctx;
  const set: typeof cookies.set = (name, ...more) => (unused.includes(name) ? cookies : cookies.set(name, ...more));
  ctx.cookies = Object.create(cookies, { set: { value: set } });
}
