/** The picker of languages: a form of pages for visitors that works without scripts. */
import type { Context } from 'koa';
import { readForm } from '#http/form.ts';
import { Problem } from '#http/problem.ts';
import type { PublicUrls } from '#http/public-urls.ts';
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

/** Answers the form at an address that answers no other form. Throws `method_not_allowed` for one without a language. */
export async function answerLanguageForm(ctx: Context, urls: Pick<PublicUrls, 'origin' | 'pathOf'>): Promise<void> {
  const code = (await readForm(ctx.req)).get('lang');
  if (code === null) throw new Problem('method_not_allowed', { headers: { Allow: 'HEAD, GET' } });
  keepLanguage(ctx, code, urls.pathOf(ctx.url), urls.origin);
}
