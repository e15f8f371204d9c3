import type { Context } from 'koa';

/** The signed pass that a request brings: in the header for programs, in the query for navigations. Null if none. */
export function passOf(ctx: Pick<Context, 'get' | 'query'>): string | null {
  const header = ctx.get('Anteroom-Pass');
  if (header !== '') return header;
  const { anteroom_pass: given } = ctx.query;
  return typeof given === 'string' && given !== '' ? given : null;
}
