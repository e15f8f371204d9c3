/**
 * Door 3: the operators' API at `/admin/v1`, and the control panel at `/admin/` that uses it. It owns operator tokens,
 * idempotency keys and the shape of the API. What an operation does is in `waiting-room/operations.ts`. It imports
 * waiting-room, settings, http and telemetry, and no other door.
 */
import Router from '@koa/router';
import type { Middleware } from 'koa';
import { z } from 'zod';
import type { AddressHash } from '#http/address-hash.ts';
import type { CredentialAttempts } from '#http/credential-attempts.ts';
import type { Door } from '#http/door.ts';
import { labelDoor } from '#http/door.ts';
import type { Route } from '#http/guard.ts';
import { mountRoutes, route } from '#http/guard.ts';
import { openApi } from '#http/openapi.ts';
import { problems } from '#http/problem.ts';
import type { Views } from '#pages/views.ts';
import type { Log } from '#telemetry/log.ts';
import type { WaitingRoom } from '#waiting-room/index.ts';
import type { OperatorRole } from '#waiting-room/operator-role.ts';
import { type AuditReader, auditRoutes } from './audit.ts';
import type { OperatorToken } from './bearer.ts';
import { operatorOf, requireBearer, requireRole } from './bearer.ts';
import { eventRoutes } from './events.ts';
import type { IdempotencyDeps } from './idempotency.ts';
import { idempotency } from './idempotency.ts';
import { type KeyRoutesDeps, keyRoutes } from './keys.ts';
import { lineRoutes } from './line.ts';
import type { OperationsFor } from './operations-for.ts';
import { originSignalRoutes } from './origin-signals.ts';
import { createEntityTags } from './preconditions.ts';
import { type RelyingPartyRoutesDeps, relyingPartyRoutes } from './relying-parties.ts';
import { roomRoutes } from './rooms.ts';
import { ruleRoutes } from './rules.ts';
import { statisticsRoutes } from './statistics.ts';
import type { TargetFault } from './target-faults.ts';

const API = '/admin/v1';

export interface AdminDeps {
  readonly waitingRoom: Pick<WaitingRoom, 'operationsOf' | 'seal'>;
  readonly hashAddress: AddressHash;
  readonly attempts: CredentialAttempts;
  readonly audit: AuditReader;
  readonly keySet: KeyRoutesDeps['keySet'];
  readonly store: { readonly idempotency: IdempotencyDeps['store'] };
  readonly operatorTokens: readonly OperatorToken[];
  readonly views: Pick<Views, 'render'>;
  readonly log: Pick<Log, 'error' | 'warn'>;
  /** The public URL, which OpenAPI names as the server. */
  readonly issuer: string;
  readonly clientFaults: RelyingPartyRoutesDeps['clientFaults'];
  readonly outbound: { readonly faultOf: TargetFault };
  /** The version of the service. */
  readonly version: string;
}

/** Answers every path at and below `/admin`. */
export function createAdminDoor(deps: AdminDeps): Required<Pick<Door, 'middleware'>> {
  const { waitingRoom, hashAddress, attempts, audit, store, operatorTokens, views, log, issuer, version } = deps;
  const operationsFor: OperationsFor = (ctx) => waitingRoom.operationsOf(operatorOf(ctx), hashAddress(ctx.req));
  const targetFault = deps.outbound.faultOf;
  const tags = createEntityTags(waitingRoom.seal);
  const declared = [
    ...roomRoutes({ operationsFor, tags, targetFault }),
    ...eventRoutes(operationsFor, tags),
    ...lineRoutes(operationsFor, log),
    ...originSignalRoutes(operationsFor),
    ...ruleRoutes(operationsFor),
    ...statisticsRoutes(operationsFor),
    ...relyingPartyRoutes({ operationsFor, tags, issuer, clientFaults: deps.clientFaults, targetFault }),
    ...keyRoutes({ keySet: deps.keySet, hashAddress }),
    ...auditRoutes(audit),
  ];
  const info = {
    title: 'Anteroom admin API',
    version,
    description: 'Manages rooms, their lines and relying parties, and reads the audit log.',
    server: `${issuer}${API}`,
  };

  const api = new Router({ prefix: API });
  const bearer = requireBearer(operatorTokens, attempts);
  mountRoutes(api, [...declared, document(() => openApi(info, declared))], {
    before: ({ open, role = 'owner' }) => (open ? [] : [bearer, requires(role)]),
    run: idempotency({ store: store.idempotency, log }),
  });

  const pages = new Router({ strict: true });
  pages.get('/admin', (ctx) => ctx.redirect('admin/'));
  pages.get('/admin/', (ctx) => {
    ctx.set('Cache-Control', 'no-cache');
    ctx.type = 'html';
    ctx.body = views.render('admin');
  });

  const whole = labelDoor('admin', problems({ log }), ...answers(pages), ...answers(api));
  return {
    middleware(ctx, next) {
      if (ctx.path !== '/admin' && !ctx.path.startsWith('/admin/')) return next();
      return whole(ctx, async () => {});
    },
  };
}

const requires =
  (role: OperatorRole): Middleware =>
  (ctx, next) => {
    requireRole(ctx, role);
    return next();
  };

/** A router's middleware. The router itself adds the properties that its type requires of the context. */
const answers = (router: Router) => [router.routes() as Middleware, router.allowedMethods() as Middleware];

/** The route of the API's own description, which is generated at its first request. */
function document(make: () => unknown): Route {
  let made: unknown;
  return route({
    method: 'get',
    path: '/openapi.json',
    operationId: 'getOpenApi',
    summary: 'This OpenAPI document',
    open: true,
    response: { 200: { description: 'The API in OpenAPI 3.1', schema: z.record(z.string(), z.unknown()) } },
    async handle() {
      made ??= make();
      return { status: 200, body: made };
    },
  });
}
