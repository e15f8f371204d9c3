import type { Context } from 'koa';
import type { Operations } from '#waiting-room/operations.ts';

/** The operations of the waiting room, performed in the name of the operator who sent the request. */
export type OperationsFor = (ctx: Context) => Operations;
