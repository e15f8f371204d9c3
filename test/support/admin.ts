import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Koa from 'koa';
import request from 'supertest';
import { createAudit } from '#activity/audit-sink.ts';
import { createFeed } from '#activity/feed.ts';
import { createAdminDoor } from '#admin/index.ts';
import { createAssets } from '#http/assets.ts';
import { createAuthentication } from '#http/authentication.ts';
import { createPublicUrls } from '#http/public-urls.ts';
import { securityHeaders } from '#http/security-headers.ts';
import { createOutbound } from '#outbound/index.ts';
import { createPages } from '#pages/index.ts';
import { createThemePreview } from '#pages/theme/preview.ts';
import { createSigningKeySet } from '#signing-keys/index.ts';
import { openEmbeddedStore } from '#store/embedded/index.ts';
import { createMetrics } from '#telemetry/metrics.ts';
import type { Activity } from '#waiting-room/activity.ts';
import { createAdmissionEnded } from '#waiting-room/admission-end.ts';
import type { Operations } from '#waiting-room/operations.ts';
import { createOperations } from '#waiting-room/operations.ts';
import type { Store } from '#waiting-room/ports/index.ts';
import { createRehearsalAdmissions, createRehearsals, type Rehearsals } from '#waiting-room/rehearsals/index.ts';
import { createSeal } from '#waiting-room/seal.ts';
import { createSnapshots } from '#waiting-room/snapshots.ts';
import { createSupportCodes, type SupportCodes } from '#waiting-room/support-code.ts';
import { createMeasurements } from '#waiting-room/time-series/index.ts';
import { jwks } from './jwks.ts';
import { listen } from './listen.ts';
import { locales } from './locales.ts';

export const ADMIN_TOKEN = 'let-me-administer';
export const ALICES_TOKEN = 'let-alice-administer';
export const VIEWERS_TOKEN = 'let-vera-read-only';
export const OPERATORS_TOKEN = 'let-otto-operate';

export interface AdminServer {
  readonly url: string;
  readonly store: Store;
  readonly supportCodes: SupportCodes;
  readonly rehearsals: Rehearsals;
  /** Ids of rooms that were reported as changed. */
  readonly changed: string[];
  /** The emitted activity events. */
  readonly told: readonly Activity[];
  /** The arguments of each warning that was logged. */
  readonly warnings: readonly unknown[][];
  /** A URL that signs in, with the host of the issuer. */
  createSignInLink(): string;
  /** Moves the clock of sessions and links. */
  passTime(milliseconds: number): void;
  /** Sends a request with a token, by default ADMIN_TOKEN. */
  as(method: 'get' | 'put' | 'post' | 'patch' | 'delete', path: string, token?: string): request.Test;
  close(): Promise<void>;
}

/** The admin door over real HTTP on an embedded store. `wrap` may decorate its operations. */
export async function startAdmin(wrap: (operations: Operations) => Operations = (same) => same): Promise<AdminServer> {
  const dir = await mkdtemp(join(tmpdir(), 'anteroom-admin-'));
  const store = openEmbeddedStore({ dir });
  const changed: string[] = [];
  const warnings: unknown[][] = [];
  const told: Activity[] = [];
  const issuer = 'http://localhost:3000';
  const urls = createPublicUrls(issuer);
  const assets = createAssets({ folder: 'assets', urls });
  const audit = createAudit({ store: store.audit, now: Date.now, onError: () => undefined });
  const subscribers: ((activity: Activity) => void)[] = [];
  const publish = (activity: Activity) => {
    for (const subscriber of subscribers) subscriber(activity);
  };
  const emit = createFeed([audit.sink, (activity) => void told.push(activity), publish], Date.now);
  const operationsOf = (by: string, addressHash?: string, reason?: string) =>
    wrap(
      createOperations({
        store,
        records: store,
        now: Date.now,
        emit,
        by,
        addressHash,
        reason,
        admissionEnded: createAdmissionEnded(emit, () => undefined),
        roomChanged: (room) => changed.push(room),
        relyingPartyChanged: () => undefined,
      }),
    );

  const cookieKeys = ['a key that only the tests know'];
  const seal = createSeal(cookieKeys);
  const supportCodes = createSupportCodes(cookieKeys);
  const { failures, ...authentication } = createAuthentication({
    ...{ seal, idempotency: store.idempotency, trustProxy: 1, emit, now: Date.now },
    metrics: createMetrics({ processMetrics: false }),
  });

  const keySet = createSigningKeySet({
    ...{ file: jwks, store: store.signingKeys, leases: store.leases, settings: store.settings },
    ...{ seal, emit, log: { info: () => undefined, error: () => undefined }, now: Date.now },
  });

  const { idempotency } = store;
  const snapshots = createSnapshots({ store, now: Date.now });
  const admissions = createRehearsalAdmissions({ seal, idempotency, snapshots, now: Date.now });
  const rehearsals = createRehearsals({ seal, idempotency, admissions, now: Date.now });
  let passed = 0;
  const app = new Koa();
  app.use(securityHeaders(urls));
  app.use(assets.middleware);
  const visitorPages = createPages({ folder: 'views', locales: locales.visitors, asset: assets.url });
  const door = createAdminDoor({
    noticeRequests: { sends: { email: false, push: false } },
    waitingRoom: {
      ...{ operationsOf, seal, supportCodes, snapshots: createSnapshots({ store, now: Date.now }) },
      measurements: createMeasurements({ store, now: Date.now, emit, isAtRest: () => false }),
      visitors: { admission: (room, visitor) => store.line.admission(room, visitor, Date.now()) },
    },
    subscribe: (sink) => void subscribers.push(sink),
    serviceAlerts: { raised: () => ({}) },
    draining: () => false,
    ...authentication,
    audit: {
      newest(...query) {
        failures.flushAll();
        return audit.newest(...query);
      },
    },
    store,
    identityProvider: null,
    webhookUrl: null,
    panelFolder: 'panel',
    locales: visitorPages.locales,
    previewTheme: createThemePreview(visitorPages, urls, assets, Date.now),
    panelPages: createPages({ folder: 'panel/views', locales: locales.panel, asset: assets.url }),
    urls,
    rehearsals,
    emit,
    now: () => Date.now() + passed,
    operatorTokens: [
      { name: 'admin', token: ADMIN_TOKEN },
      { name: 'alice', token: ALICES_TOKEN },
      { name: 'vera', role: 'viewer', token: VIEWERS_TOKEN },
      { name: 'otto', role: 'operator', token: OPERATORS_TOKEN },
    ],
    keySet,
    clientFaults: async () => [],
    outbound: createOutbound({ allowPrivateTargets: true }),
    log: { error: () => undefined, warn: (...line: unknown[]) => void warnings.push(line) },
    issuer,
    version: '0.0.0',
  });
  app.use(door.middleware);
  const { url, close } = await listen(app);
  return {
    url,
    store,
    supportCodes,
    rehearsals,
    changed,
    warnings,
    told,
    createSignInLink: door.createSignInLink,
    passTime(milliseconds) {
      passed += milliseconds;
    },
    as: (method, path, token = ADMIN_TOKEN) =>
      request(url)[method](`/admin/v1${path}`).set('Authorization', `Bearer ${token}`),
    async close() {
      await close();
      await audit.close();
      await store.close();
      await rm(dir, { recursive: true });
    },
  };
}
