/** The picker of languages: a form of the waiting page that works without scripts. */
import type { Context } from 'koa';
import { isSameOrigin } from '#http/same-origin.ts';
import { seeOther } from '#http/see-other.ts';
import { LANGUAGE_AGE, LANGUAGE_COOKIE } from '../locale/choose-language.ts';

/**
 * Keeps the chosen language in a cookie and goes back to the page. Pages ignore a language that they do not have.
 *
 * @param page URL of the page that the form is on.
 */
export function keepLanguage(ctx: Context, code: string, page: string, origin: string): void {
  if (isSameOrigin(ctx, origin) && /^[a-zA-Z0-9-]{2,12}$/.test(code)) {
    const secure = origin.startsWith('https:') ? '; Secure' : '';
    ctx.append(
      'Set-Cookie',
      `${LANGUAGE_COOKIE}=${code}; Max-Age=${LANGUAGE_AGE}; Path=/; HttpOnly; SameSite=Lax${secure}`,
    );
  }
  // The choice would lose against a language in the address.
  seeOther(ctx, page.replace(/([?&])lang=[^&]*&?/, '$1').replace(/[?&]$/, ''));
}
