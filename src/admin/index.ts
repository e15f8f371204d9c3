/**
 * Door 3: the operators' API at `/admin/v1`, and the control panel at `/admin/` that uses it. It owns how operators
 * authenticate (`sign-in/`), idempotency keys and the shape of the API. What an operation does is in
 * `waiting-room/operations.ts`. It imports waiting-room, settings, outbound, http and telemetry, and no other door.
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
import type { OperatorToken } from '#http/operators.ts';
import { problems } from '#http/problem.ts';
import type { PreviewTheme } from '#pages/theme/preview.ts';
import type { Views } from '#pages/views.ts';
import type { Log } from '#telemetry/log.ts';
import type { WaitingRoom } from '#waiting-room/index.ts';
import type { OperatorRole } from '#waiting-room/operator-role.ts';
import { createSimulateInBackground } from '../../simulate/background.ts';
import { analyticsRoutes } from './analytics.ts';
import { type AuditReader, auditRoutes } from './audit.ts';
import { eventRoutes } from './events.ts';
import { groupRoutes } from './groups.ts';
import type { IdempotencyDeps } from './idempotency.ts';
import { idempotency } from './idempotency.ts';
import { type KeyRoutesDeps, keyRoutes } from './keys.ts';
import { languageRoutes } from './languages.ts';
import { lineRoutes } from './line.ts';
import { lineImportRoutes } from './line-import.ts';
import type { HubDeps } from './live/hub.ts';
import { liveRoutes } from './live/index.ts';
import { noteRoutes } from './notes.ts';
import type { OperationsFor } from './operations-for.ts';
import { operatorOf, requireRole } from './operator-of.ts';
import { operatorRoutes } from './operators.ts';
import { originSignalRoutes } from './origin-signals.ts';
import { createPanel } from './panel/index.ts';
import { createEntityTags } from './preconditions.ts';
import { type PreflightRoutesDeps, preflightRoutes } from './preflight/index.ts';
import { readReason, reasonOf } from './reason.ts';
import { type RehearsalRoutesDeps, rehearsalRoutes } from './rehearsals.ts';
import { type RelyingPartyRoutesDeps, relyingPartyRoutes } from './relying-parties.ts';
import { relyingPartyTestRoutes } from './relying-party-test.ts';
import { resetRoutes } from './reset.ts';
import { restoreRoutes } from './restore.ts';
import { restoreVisitorRoutes } from './restore-visitor.ts';
import { roomRoutes } from './rooms.ts';
import { ruleRoutes } from './rules.ts';
import { createSayTo } from './say-to.ts';
import { createSignIn, type SignInDeps } from './sign-in/index.ts';
import { simulationRoutes } from './simulation.ts';
import { statisticsRoutes } from './statistics.ts';
import { stockRoutes } from './stock.ts';
import type { TargetFault } from './target-faults.ts';
import { createThemeFrame } from './theme-frame.ts';
import { themePreviewRoutes } from './theme-preview.ts';
import { undoRoutes } from './undo.ts';
import { type VisitorRoutesDeps, visitorRoutes } from './visitors.ts';

const API = '/admin/v1';

export interface AdminDeps {
  readonly waitingRoom: Pick<WaitingRoom, 'operationsOf' | 'seal' | 'snapshots' | 'measurements' | 'supportCodes'> & {
    readonly visitors: VisitorRoutesDeps['visitors'];
  };
  readonly hashAddress: AddressHash;
  readonly attempts: CredentialAttempts;
  readonly audit: AuditReader;
  readonly keySet: KeyRoutesDeps['keySet'];
  readonly store: {
    readonly idempotency: IdempotencyDeps['store'] & SignInDeps['idempotency'];
  } & PreflightRoutesDeps['store'];
  /** Null: no webhook is set. */
  readonly webhookUrl: string | null;
  readonly operatorTokens: readonly OperatorToken[];
  readonly identityProvider: SignInDeps['identityProvider'];
  /** The folder of the control panel's sources, and its pages in the languages of operators. */
  readonly panelFolder: string;
  readonly panelPages: Pick<Views, 'page' | 'localeOf'>;
  readonly previewTheme: PreviewTheme;
  /** The languages of visitors' pages. */
  readonly locales: Views['locales'];
  readonly urls: SignInDeps['urls'];
  readonly rehearsals: RehearsalRoutesDeps['rehearsals'];
  readonly emit: SignInDeps['emit'];
  readonly log: Pick<Log, 'error' | 'warn'>;
  /** The public URL, which OpenAPI names as the server. */
  readonly issuer: string;
  readonly noticeRequests: { readonly sends: PreflightRoutesDeps['sends'] };
  readonly subscribe: HubDeps['subscribe'];
  readonly serviceAlerts: HubDeps['serviceAlerts'];
  readonly draining: () => boolean;
  readonly now: () => number;
  readonly clientFaults: RelyingPartyRoutesDeps['clientFaults'];
  readonly outbound: SignInDeps['outbound'] & { readonly faultOf: TargetFault };
  /** The version of the service. */
  readonly version: string;
}

export interface AdminDoor extends Required<Pick<Door, 'middleware'>> {
  /** A URL that signs in to the control panel as the operator `admin`, once. */
  createSignInLink(): string;
}

/** Answers every path at and below `/admin`. */
export function createAdminDoor(deps: AdminDeps): AdminDoor {
  const { waitingRoom, hashAddress, audit, store, log, issuer, version } = deps;
  const operationsFor: OperationsFor = (ctx) =>
    waitingRoom.operationsOf(operatorOf(ctx), hashAddress(ctx.req), reasonOf(ctx));
  const simulateInBackground = createSimulateInBackground();
  const sayTo = createSayTo(deps.panelPages);
  const targetFault = deps.outbound.faultOf;
  const tags = createEntityTags(waitingRoom.seal);
  const declared = [
    ...roomRoutes({ operationsFor, tags, targetFault }),
    ...eventRoutes(operationsFor, tags),
    ...lineRoutes(operationsFor, log),
    ...resetRoutes(operationsFor),
    ...restoreRoutes(operationsFor, deps.now),
    ...lineImportRoutes(operationsFor),
    ...originSignalRoutes(operationsFor),
    ...ruleRoutes(operationsFor),
    ...statisticsRoutes(operationsFor),
    ...stockRoutes(operationsFor),
    ...noteRoutes(operationsFor),
    ...undoRoutes({ operationsFor, targetFault }),
    ...analyticsRoutes({ operationsFor, measurements: waitingRoom.measurements, now: deps.now }),
    ...groupRoutes(operationsFor),
    ...simulationRoutes({ operationsFor, simulateInBackground, now: deps.now }),
    ...languageRoutes(deps),
    ...themePreviewRoutes({ operationsFor, previewTheme: deps.previewTheme }),
    ...visitorRoutes({ ...waitingRoom, sayTo }),
    ...restoreVisitorRoutes({ operationsFor, sayTo, waitingRoom, attempts: deps.attempts }),
    ...preflightRoutes({
      ...{ operationsFor, sayTo, issuer, store, keySet: deps.keySet, serviceAlerts: deps.serviceAlerts },
      ...{ outbound: deps.outbound, webhookUrl: deps.webhookUrl, now: deps.now },
      sends: deps.noticeRequests.sends,
    }),
    ...liveRoutes({
      ...{ snapshots: waitingRoom.snapshots, rooms: waitingRoom.operationsOf('anteroom').rooms },
      ...{ measurements: waitingRoom.measurements, serviceAlerts: deps.serviceAlerts },
      ...{ subscribe: deps.subscribe, draining: deps.draining, now: deps.now },
    }),
    ...relyingPartyRoutes({ operationsFor, sayTo, tags, issuer, clientFaults: deps.clientFaults, targetFault }),
    ...relyingPartyTestRoutes({ operationsFor, sayTo, issuer, outbound: deps.outbound }),
    ...rehearsalRoutes({ operationsFor, rehearsals: deps.rehearsals, urls: deps.urls }),
    ...keyRoutes({ keySet: deps.keySet, hashAddress }),
    ...operatorRoutes(deps),
    ...auditRoutes(audit),
  ];
  const info = {
    title: 'Anteroom admin API',
    version,
    description: 'Manages rooms, their lines and relying parties, and reads the audit log.',
    server: `${issuer}${API}`,
  };

  const api = new Router({ prefix: API });
  const signIn = createSignIn({
    ...deps,
    seal: waitingRoom.seal,
    idempotency: store.idempotency,
    pages: deps.panelPages,
  });
  mountRoutes(api, [...declared, document(() => openApi(info, declared))], {
    before: ({ open, role = 'owner' }) => (open ? [] : [signIn.requireOperator, requires(role), readReason]),
    run: idempotency({ store: store.idempotency, log }),
  });

  const panel = createPanel({ folder: deps.panelFolder, pages: deps.panelPages });
  const frame = createThemeFrame({ ...deps, operationsFor, requireSession: signIn.requireSession });

  const routers = [panel, frame, signIn.router, api];
  const whole = labelDoor('admin', problems({ log }), ...routers.flatMap(answers));
  return {
    createSignInLink: signIn.createLink,
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
