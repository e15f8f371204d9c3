import type { Context } from 'koa';
import type { Operations } from '#waiting-room/operations.ts';

/** The operations in the name of whose request it is. */
export type As = (ctx: Context) => Operations;
