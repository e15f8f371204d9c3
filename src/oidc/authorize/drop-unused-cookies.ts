import type { KoaContextWithOIDC } from 'oidc-provider';
import { travels } from '../adapter.ts';

/**
 * Removes interaction cookies that nothing reads. A travelling request has nothing to resume, and a stored one is found
 * by the waiting page's address, since one cookie could not tell two tabs apart. Runs after oidc-provider set them.
 */
export function dropUnusedCookies(ctx: KoaContextWithOIDC): void {
  const unused = travels(ctx) ? ['anteroom_interaction', 'anteroom_resume'] : ['anteroom_interaction'];
  const kept = [ctx.response.get('Set-Cookie')]
    .flat()
    .filter((cookie) => !unused.includes(cookie.slice(0, cookie.indexOf('=')).replace(/\.sig$/, '')));
  ctx.remove('Set-Cookie');
  if (kept.length > 0) ctx.set('Set-Cookie', kept);
}
