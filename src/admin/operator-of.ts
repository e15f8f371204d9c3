import type { Context } from 'koa';
import { Problem } from '#http/problem.ts';
import { includesRole, type OperatorRole } from '#waiting-room/operator-role.ts';

/** The name of the operator who sent the request. Call it after `requireOperator`. */
export function operatorOf(ctx: Context): string {
  return ctx.state.operator as string;
}

/** Throws `forbidden`, with the role that is needed, if the operator's role is a lesser one. */
export function requireRole(ctx: Context, needed: OperatorRole): void {
  const role = ctx.state.operatorRole as OperatorRole;
  if (includesRole(role, needed)) return;
  throw new Problem('forbidden', {
    detail: `This needs the role ${needed}; ${operatorOf(ctx)} has the role ${role}.`,
  });
}

/**
 * Returns a function that says whether the operator who sent the request may still read, for answers that last. A
 * token holds as long as the process; a session sets `ctx.state.isSessionAlive`.
 */
export function sessionCheck(ctx: Context): () => boolean {
  return (ctx.state.isSessionAlive as (() => boolean) | undefined) ?? (() => true);
}
