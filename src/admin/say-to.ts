import type { Context } from 'koa';
import { createSay } from '#pages/locale/say.ts';
import type { Views } from '#pages/views.ts';
import type { Say } from '#waiting-room/sentence.ts';

/** How to say a sentence to the program that sent a request: in a language of the panel that it accepts. */
export type SayTo = (ctx: Context) => Say;

/** Accept-Language alone decides: the panel sends the language of its page, and programs have no cookies. */
export function createSayTo({ localeOf }: Pick<Views, 'localeOf'>): SayTo {
  return (ctx) => createSay(localeOf({ headers: { 'accept-language': ctx.get('Accept-Language') } }).messages);
}
