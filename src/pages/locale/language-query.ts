import type { Context } from 'koa';

/** The picker of a page that nobody answers a form for: it puts the choice into the address. */
export interface LanguageQuery {
  /** The parameters that the address keeps. */
  readonly kept: readonly (readonly [name: string, value: string])[];
}

/**
 * Of a page that its address shows again. False where the page answers something other than a read.
 *
 * @param names the parameters that the page needs. It repeats no others: anybody may put something into an address.
 */
export function languageQuery(ctx: Context, names: readonly string[] = []): LanguageQuery | false {
  if (ctx.method !== 'GET' && ctx.method !== 'HEAD') return false;
  return { kept: [...new URLSearchParams(ctx.querystring)].filter(([name]) => names.includes(name)) };
}

/** Of a page that says what is wrong with its address: without the parameters, it would say something else. */
export function languageQueryOfFault(ctx: Context): LanguageQuery | false {
  const hasParameters = [...new URLSearchParams(ctx.querystring).keys()].some((name) => name !== 'lang');
  return !hasParameters && languageQuery(ctx);
}
