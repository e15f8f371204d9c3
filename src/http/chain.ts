import type { Context, Middleware, Next } from 'koa';

/** One middleware that runs all of them in order. */
export function chain(...all: readonly Middleware[]): Middleware {
  return (ctx: Context, next: Next) =>
    all.reduceRight<Next>(
      (rest, middleware) => async () => {
        await middleware(ctx, rest);
      },
      next,
    )();
}
