import type { Context, Middleware, Next } from 'koa';

/** Joins several middleware into one that runs them in order. */
export function chain(...all: readonly Middleware[]): Middleware {
  return (ctx: Context, next: Next) =>
    all.reduceRight<Next>(
      (rest, middleware) => async () => {
        await middleware(ctx, rest);
      },
      next,
    )();
}
