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
import { createSigningKeySet, generateJwks } from '#signing-keys/index.ts';
import { openEmbeddedStore } from '#store/embedded/index.ts';
import { createMetrics } from '#telemetry/metrics.ts';
import type { Activity } from '#waiting-room/activity.ts';
import { createAdmissionEnded } from '#waiting-room/admission-end.ts';
import type { Operations } from '#waiting-room/operations.ts';
import { createOperations } from '#waiting-room/operations.ts';
import type { Store } from '#waiting-room/ports/index.ts';
import { createSeal } from '#waiting-room/seal.ts';
import { listen } from './listen.ts';

export const ADMIN_TOKEN = 'let-me-administer';
export const ALICES_TOKEN = 'let-alice-administer';
export const VIEWERS_TOKEN = 'let-vera-read-only';
export const OPERATORS_TOKEN = 'let-otto-operate';

export interface AdminServer {
  readonly url: string;
  readonly store: Store;
  /** Ids of rooms that were reported as changed. */
  readonly changed: string[];
  /** The emitted activity events. */
  readonly told: readonly Activity[];
  /** The arguments of each warning that was logged. */
  readonly warnings: readonly unknown[][];
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
  const emit = createFeed([audit.sink, (activity) => void told.push(activity)], Date.now);
  const operationsOf = (by: string, addressHash?: string) =>
    wrap(
      createOperations({
        store,
        now: Date.now,
        emit,
        by,
        addressHash,
        admissionEnded: createAdmissionEnded(emit, () => undefined),
        roomChanged: (room) => changed.push(room),
        relyingPartyChanged: () => undefined,
      }),
    );

  const seal = createSeal(['a key that only the tests know']);
  const { failures, ...authentication } = createAuthentication({
    ...{ seal, idempotency: store.idempotency, trustProxy: 1, emit, now: Date.now },
    metrics: createMetrics({ processMetrics: false }),
  });

  const keySet = createSigningKeySet({
    ...{ file: await generateJwks(), store: store.signingKeys, leases: store.leases, settings: store.settings },
    ...{ seal, emit, log: { info: () => undefined, error: () => undefined }, now: Date.now },
  });

  const app = new Koa();
  app.use(securityHeaders(urls));
  app.use(assets.middleware);
  app.use(
    createAdminDoor({
      waitingRoom: { operationsOf, seal },
      ...authentication,
      audit: {
        newest(...query) {
          failures.flushAll();
          return audit.newest(...query);
        },
      },
      store,
      operatorTokens: [
        { name: 'admin', token: ADMIN_TOKEN },
        { name: 'alice', token: ALICES_TOKEN },
        { name: 'vera', role: 'viewer', token: VIEWERS_TOKEN },
        { name: 'otto', role: 'operator', token: OPERATORS_TOKEN },
      ],
      keySet,
      clientFaults: async () => [],
      outbound: createOutbound({ allowPrivateTargets: true }),
      views: createPages({ folder: 'views', locales: 'locales', asset: assets.url }),
      log: { error: () => undefined, warn: (...line: unknown[]) => void warnings.push(line) },
      issuer,
      version: '0.0.0',
    }).middleware,
  );
  const { url, close } = await listen(app);
  return {
    url,
    store,
    changed,
    warnings,
    told,
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
