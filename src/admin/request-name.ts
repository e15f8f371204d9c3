import type { Context } from 'koa';

/** Names a request with an `Idempotency-Key`: its repeats have the same name, other requests have others. */
export function nameRequest(ctx: Context, name: string): void {
  ctx.state.requestName = name;
}

/** The name of the request, for effects that must not come twice; undefined where it has no `Idempotency-Key`. */
export function requestNameOf(ctx: Context): string | undefined {
  return ctx.state.requestName as string | undefined;
}
