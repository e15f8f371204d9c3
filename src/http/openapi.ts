/** Generates OpenAPI 3.1 from the declarations that check the routes. */
import { z } from 'zod';
import type { DeclaredResponse, Route } from './guard.ts';
import type { ProblemCode } from './problem.ts';
import { problemAnswer } from './problem.ts';
import { REASON_HEADER, REASON_LENGTH } from './reason-header.ts';

type Json = Record<string, unknown>;

export interface ApiInfo {
  readonly title: string;
  readonly version: string;
  readonly description: string;
  /** The URL that the paths of the routes are relative to. */
  readonly server: string;
}

/** Problems that any route may answer. */
const ALWAYS: readonly ProblemCode[] = ['store_unavailable', 'internal_error'];
const WITH_INPUT: readonly ProblemCode[] = ['invalid_request'];
const WITH_BODY: readonly ProblemCode[] = ['malformed_json', 'payload_too_large', 'unsupported_media_type'];
const WITH_KEY: readonly ProblemCode[] = ['request_in_progress', 'idempotency_key_reused'];

const problem: Json = {
  type: 'object',
  description: 'RFC 9457 problem details',
  required: ['type', 'title', 'status', 'code'],
  properties: {
    type: { type: 'string', format: 'uri' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', description: 'A stable identifier of the problem.' },
    detail: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['field', 'message'],
        properties: { field: { type: 'string' }, message: { type: 'string' } },
      },
    },
  },
};

/** Builds the document. Schemas with an id are written once, under `components`. */
export function openApi(info: ApiInfo, routes: readonly Route[]): Json {
  const schemas: Record<string, Json> = { Problem: problem };
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method]: operation(route, schemas) };
  }
  return {
    openapi: '3.1.0',
    info: { title: info.title, version: info.version, description: info.description },
    servers: [{ url: info.server }],
    security: [{ bearer: [] }],
    paths,
    components: {
      schemas,
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'ADMIN_TOKEN or one of ADMIN_TOKENS. Each operation names the least role that may use it.',
        },
      },
    },
  };
}

function operation(route: Route, schemas: Record<string, Json>): Json {
  return {
    operationId: route.operationId,
    summary: route.summary,
    security: route.open ? [] : [{ bearer: [route.role ?? 'owner'] }],
    parameters: [
      ...parameters('path', route.params, schemas),
      ...parameters('query', route.query, schemas),
      ...(route.idempotent ? [idempotencyKey] : []),
      ...(route.open || route.method === 'get' ? [] : [reason]),
      ...(isConditional(route) ? preconditions : []),
    ],
    ...(route.body ? { requestBody: requestBody(route, route.body, schemas) } : {}),
    responses: responses(route, schemas),
  };
}

const idempotencyKey: Json = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'A repeat of the request with the same key within 24 hours gets the same answer and has no second effect.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
};

const reason: Json = {
  name: REASON_HEADER,
  in: 'header',
  required: false,
  description: `Why, for the audit log: at most ${REASON_LENGTH} characters of UTF-8, percent-encoded or as they are.`,
  schema: { type: 'string' },
};

/** Whether the route changes something that has an ETag. */
const isConditional = ({ versioned, method }: Route) => versioned === true && method !== 'get';

const preconditions: Json[] = [
  {
    name: 'If-Match',
    in: 'header',
    required: false,
    description: 'Entity tags, or `*` for any. The settings change only if their current ETag is one of these.',
    schema: { type: 'string' },
  },
  {
    name: 'If-None-Match',
    in: 'header',
    required: false,
    description: 'With `*` the request succeeds only if nothing is stored yet, so that a PUT only creates.',
    schema: { type: 'string' },
  },
];

const entityTag: Json = {
  ETag: { description: 'The strong entity tag of the settings, to be sent in If-Match.', schema: { type: 'string' } },
};

const retryAfter: Json = {
  'Retry-After': { description: 'Seconds until the next attempt.', schema: { type: 'integer', minimum: 1 } },
};

function requestBody(route: Route, body: z.ZodType, schemas: Record<string, Json>): Json {
  const content = { schema: jsonSchema(body, schemas) };
  const types = ['application/json', ...(route.bodyTypes ?? [])];
  return { required: true, content: Object.fromEntries(types.map((type) => [type, content])) };
}

function parameters(place: 'path' | 'query', schema: z.ZodType | undefined, schemas: Record<string, Json>): Json[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = jsonSchema(schema, schemas) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, shape]) => ({
    name,
    in: place,
    required: required.includes(name),
    schema: shape,
  }));
}

function responses(route: Route, schemas: Record<string, Json>): Json {
  const codes = [
    ...(route.params || route.query || route.body ? WITH_INPUT : []),
    ...(route.open ? [] : (['unauthorized', 'forbidden', 'too_many_attempts'] as const)),
    ...(route.body ? WITH_BODY : []),
    ...(route.idempotent ? WITH_KEY : []),
    ...(isConditional(route) ? (['precondition_failed'] as const) : []),
    ...(route.problems ?? []),
    ...ALWAYS,
  ];
  const byStatus = Map.groupBy(codes, (code) => problemAnswer(code).status);
  const refused = [...byStatus].map(([status, some]) => [status, refusal([...new Set(some)])] as const);
  const answered = Object.entries(route.response).map(
    ([status, each]) => [status, success(each, schemas, route.versioned)] as const,
  );
  return Object.fromEntries([...answered, ...refused]);
}

function success(response: DeclaredResponse, schemas: Record<string, Json>, versioned = false): Json {
  const { description, schema, mediaType = 'application/json' } = response;
  if (!schema) return { description };
  return {
    description,
    ...(versioned ? { headers: entityTag } : {}),
    content: { [mediaType]: { schema: jsonSchema(schema, schemas) } },
  };
}

function refusal(codes: readonly ProblemCode[]): Json {
  return {
    ...(codes.includes('precondition_failed') ? { headers: entityTag } : {}),
    ...(codes.includes('too_many_attempts') ? { headers: retryAfter } : {}),
    description: codes.map((code) => `${problemAnswer(code).document.title} (\`${code}\`)`).join('; '),
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
}

/** The JSON Schema of the wire form. Named parts are added to `schemas`. */
function jsonSchema(schema: z.ZodType, schemas: Record<string, Json>): Json {
  const { $schema, $defs, ...rest } = z.toJSONSchema(schema, { io: 'input' }) as Json & {
    $defs?: Record<string, Json>;
  };
  for (const [id, shape] of Object.entries($defs ?? {})) schemas[id] = relocated(shape);
  return relocated(rest);
}

/** JSON Schema keeps named parts under `$defs`, OpenAPI under `components`. */
function relocated(schema: Json): Json {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/'));
}
