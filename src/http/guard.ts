/**
 * One declaration for each endpoint. It checks requests, strips answers, and generates the OpenAPI description
 * (openapi.ts), so that the three cannot differ.
 */
import type { ServerResponse } from 'node:http';
import type Router from '@koa/router';
import type { Context, Middleware } from 'koa';
import { z } from 'zod';
import type { Fault } from '#settings/faults.ts';
import { check } from '#settings/faults.ts';
import type { OperatorRole } from '#waiting-room/operator-role.ts';
import { MEBIBYTE, readJson } from './body.ts';
import type { ProblemCode } from './problem.ts';
import { Problem } from './problem.ts';

export type Method = 'get' | 'put' | 'post' | 'patch' | 'delete';

/** A successful answer of a route. Without a schema it has no body. */
export interface DeclaredResponse {
  readonly description: string;
  readonly schema?: z.ZodType;
  /** The media type of a body that is not JSON: its text is sent as it is. The schema describes it. */
  readonly mediaType?: string;
}

/** What a handler returns: a declared status, and a value of that status's schema. */
export interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** A body that is not JSON, sent as it is. */
  readonly text?: { readonly type: string; readonly body: string };
  /** Writes the body itself, and ends the answer when it likes. The headers are sent before. */
  readonly stream?: (res: ServerResponse) => void;
}

/** The checked parts of a request, and the request itself for everything that has no schema. */
export interface Input<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly ctx: Context;
}

interface Described {
  readonly method: Method;
  /** With `:name` for a parameter. */
  readonly path: string;
  /** A verb and its object, unique in the API: `putRoom`. */
  readonly operationId: string;
  readonly summary: string;
  readonly response: Readonly<Record<number, DeclaredResponse>>;
  /** Problems that the route may answer, besides those of every route. */
  readonly problems?: readonly ProblemCode[];
  /** Whether the route needs no token. */
  readonly open?: boolean;
  /** The least role that may use the route. Default: owner. */
  readonly role?: OperatorRole;
  /** Whether an Idempotency-Key is honoured. */
  readonly idempotent?: boolean;
  /** Whether answers carry the `ETag` of the settings, and changes honour `If-Match` and `If-None-Match`. */
  readonly versioned?: boolean;
  /** Accepted media types of the body besides `application/json`. */
  readonly bodyTypes?: readonly string[];
  /** In bytes. Default: a mebibyte. */
  readonly bodyLimit?: number;
}

export interface Declaration<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
> extends Described {
  readonly params?: Params;
  readonly query?: Query;
  /** With a schema, a body is required. */
  readonly body?: Body;
  readonly handle: (input: Input<z.output<Params>, z.output<Query>, z.output<Body>>) => Promise<Reply>;
}

/** A checked request, whose types are no longer known. */
export type Asked = Input<unknown, unknown, unknown>;

/** A declaration whose types are no longer known, so that routes fit in one list. */
export interface Route extends Described {
  readonly params?: z.ZodType | undefined;
  readonly query?: z.ZodType | undefined;
  readonly body?: z.ZodType | undefined;
  /** Reads and checks a request. Throws `invalid_request` with every fault. */
  readonly ask: (ctx: Context) => Promise<Asked>;
  /** Handles a checked request, and strips the reply to what is declared. */
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

/** A 400 that names every wrong field. */
export function invalid(errors: readonly Fault[]): Problem {
  const detail = errors.map(({ field, message }) => `${field || 'the body'} ${message}`).join('; ');
  return new Problem('invalid_request', {
    detail: `${detail}.`,
    errors: errors.map(({ field, message }) => ({ field, message })),
  });
}

/** Encodes the reply as declared. Keys that are not in the schema are dropped. */
function strip(response: Described['response'], reply: Reply): Reply {
  const declared = response[reply.status];
  if (!declared) throw new Error(`The status ${reply.status} is not declared`);
  if (reply.text) return reply;
  if (declared.mediaType) return { ...reply, headers: { ...reply.headers, 'Content-Type': declared.mediaType } };
  if (!declared.schema) return { ...reply, body: undefined };
  return { ...reply, body: z.encode(declared.schema, reply.body) };
}

/** Sends a reply. No cache may store it. */
export function sendReply(ctx: Context, { status, body, headers = {}, text, stream }: Reply): void {
  ctx.status = status;
  ctx.set({ 'Cache-Control': 'no-store', ...headers });
  if (stream && ctx.method !== 'HEAD') {
    ctx.respond = false;
    ctx.res.writeHead(status);
    stream(ctx.res);
    return;
  }
  if (text) {
    ctx.body = text.body;
    ctx.type = text.type;
    return;
  }
  ctx.body = body === undefined ? null : body;
  // Setting a null body made Koa change the status to 204.
  ctx.status = status;
}

export interface Around {
  /** Middleware before a route, such as authorization. */
  readonly before?: (route: Route) => Middleware[];
  /** Runs a route on a checked request. It may answer without running it, as for an idempotency key. */
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
