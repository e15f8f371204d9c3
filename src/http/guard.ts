/**
 * One declaration of an endpoint: it checks what comes in, strips what goes out, and is what OpenAPI tells of it
 * (see openapi.ts), so that the three cannot differ.
 */
import type Router from '@koa/router';
import type { Context, Middleware } from 'koa';
import { z } from 'zod';
import type { Fault } from '#settings/faults.ts';
import { check } from '#settings/faults.ts';
import { MEBIBYTE, readJson } from './body.ts';
import type { ProblemCode } from './problem.ts';
import { Problem } from './problem.ts';

export type Method = 'get' | 'put' | 'post' | 'patch' | 'delete';

/** An answer that a route gives when all went well; without a schema it has no body. */
export interface DeclaredResponse {
  readonly description: string;
  readonly schema?: z.ZodType;
}

/** What a handler hands back: one of the declared statuses, and a value of that status's schema. */
export interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the declaration let through, and the request itself for what no schema tells. */
export interface Input<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly ctx: Context;
}

interface Described {
  readonly method: Method;
  /** With `:name` for each parameter. */
  readonly path: string;
  /** A verb and its object, once in the whole API: `putRoom`. */
  readonly operationId: string;
  readonly summary: string;
  readonly response: Readonly<Record<number, DeclaredResponse>>;
  /** What it may refuse with, besides what every route may. */
  readonly problems?: readonly ProblemCode[];
  /** Reachable without a token. */
  readonly open?: boolean;
  /** Whether an Idempotency-Key is honoured. */
  readonly idempotent?: boolean;
  /** Whether answers carry the `ETag` of the settings, and changes honour `If-Match` and `If-None-Match`. */
  readonly versioned?: boolean;
  /** Media types that the body may have besides `application/json`. */
  readonly bodyTypes?: readonly string[];
  /** In bytes; a mebibyte unless given. */
  readonly bodyLimit?: number;
}

export interface Declaration<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
> extends Described {
  readonly params?: Params;
  readonly query?: Query;
  /** A body is required when there is a schema for one. */
  readonly body?: Body;
  readonly handle: (input: Input<z.output<Params>, z.output<Query>, z.output<Body>>) => Promise<Reply>;
}

/** What a route was asked, once it is checked. */
export type Asked = Input<unknown, unknown, unknown>;

/** A declaration whose types were checked and are no longer of interest. */
export interface Route extends Described {
  readonly params?: z.ZodType | undefined;
  readonly query?: z.ZodType | undefined;
  readonly body?: z.ZodType | undefined;
  /** Reads and checks a request, or refuses it with every fault. */
  readonly ask: (ctx: Context) => Promise<Asked>;
  /** Does what was asked; the reply is stripped to what is declared. */
  readonly answer: (asked: Asked) => Promise<Reply>;
}

const nothing = z.unknown();

/** Declares an endpoint. */
export function route<
  Params extends z.ZodType = z.ZodUnknown,
  Query extends z.ZodType = z.ZodUnknown,
  Body extends z.ZodType = z.ZodUnknown,
>(declaration: Declaration<Params, Query, Body>): Route {
  const { params = nothing, query = nothing, body, bodyLimit = MEBIBYTE, bodyTypes = [], handle } = declaration;

  async function ask(ctx: Context): Promise<Input<z.output<Params>, z.output<Query>, z.output<Body>>> {
    const sent = body ? await readJson(ctx, { limit: bodyLimit, types: bodyTypes }) : undefined;
    const checked = {
      params: check(params, ctx.params),
      query: check(query, { ...ctx.query }),
      body: check(body ?? nothing, sent),
    };
    const faults = Object.values(checked).flatMap((each) => (each.ok ? [] : each.faults));
    if (!checked.params.ok || !checked.query.ok || !checked.body.ok) throw invalid(faults);
    return {
      params: checked.params.value as z.output<Params>,
      query: checked.query.value as z.output<Query>,
      body: checked.body.value as z.output<Body>,
      ctx,
    };
  }

  return {
    ...declaration,
    ask,
    answer: async (asked) => strip(declaration.response, await handle(asked as Awaited<ReturnType<typeof ask>>)),
  };
}

/** A 400 that names every field at fault. */
export function invalid(errors: readonly Fault[]): Problem {
  const detail = errors.map(({ field, message }) => `${field || 'the body'} ${message}`).join('; ');
  return new Problem('invalid_request', {
    detail: `${detail}.`,
    errors: errors.map(({ field, message }) => ({ field, message })),
  });
}

/** Writes the reply out as declared: keys that the schema does not have stay here. */
function strip(response: Described['response'], reply: Reply): Reply {
  const declared = response[reply.status];
  if (!declared) throw new Error(`The status ${reply.status} is not declared`);
  if (!declared.schema) return { ...reply, body: undefined };
  return { ...reply, body: z.encode(declared.schema, reply.body) };
}

/** Answers with a reply. */
export function sendReply(ctx: Context, { status, body, headers = {} }: Reply): void {
  ctx.status = status;
  ctx.set({ 'Cache-Control': 'no-store', ...headers });
  ctx.body = body === undefined ? null : body;
  // Koa takes a null body for 204.
  ctx.status = status;
}

export interface Around {
  /** What stands before a route: who may use it. */
  readonly before?: (route: Route) => Middleware[];
  /** Runs a route with what it was asked; a place to answer from memory instead. */
  readonly run?: (route: Route, asked: Asked) => Promise<Reply>;
}

/** Mounts routes on a router. */
export function mountRoutes(
  router: Router,
  routes: readonly Route[],
  { before = () => [], run = (each, asked) => each.answer(asked) }: Around = {},
): void {
  for (const each of routes) {
    const handler = async (ctx: Context) => sendReply(ctx, await run(each, await each.ask(ctx)));
    router.register(each.path, [each.method], [...before(each), handler]);
  }
}
