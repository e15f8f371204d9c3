import type { Context } from 'koa';

/** The picker of a page that nobody answers a form for: it puts the choice into the address. */
export interface LanguageQuery {
  /** The parameters that the address keeps. */
  readonly kept: readonly (readonly [name: string, value: string])[];
}

/** Of a page that its whole address shows again. False where the page answers something other than a read. */
export function languageQuery(ctx: Context): LanguageQuery | false {
  if (ctx.method !== 'GET' && ctx.method !== 'HEAD') return false;
  return { kept: [...new URLSearchParams(ctx.querystring)].filter(([name]) => name !== 'lang') };
}
