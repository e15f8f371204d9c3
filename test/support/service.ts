/** A whole service in this process, with a store and a clock that the test controls. */
import type { AddressInfo } from 'node:net';
import { createAudit } from '#activity/audit-sink.ts';
import { createFeed, type Sink } from '#activity/feed.ts';
import { metricsSink } from '#activity/metrics-sink.ts';
import { type AppDeps, createApp } from '#app';
import type { Config } from '#config/config.ts';
import type { AwsCredential, NamedToken } from '#config/env.ts';
import { createHttpServer } from '#http/server.ts';
import { createOutbound, type OutboundDeps } from '#outbound/index.ts';
import { settingsFile } from '#settings/file.ts';
import type { PrivateJwks } from '#signing-keys/jwks.ts';
import { createLog } from '#telemetry/log.ts';
import { createMetrics } from '#telemetry/metrics.ts';
import { countStoreErrors } from '#telemetry/store-errors.ts';
import type { Activity } from '#waiting-room/activity.ts';
import type { WaitingRoom } from '#waiting-room/index.ts';
import type { Store } from '#waiting-room/ports/index.ts';
import { jwks } from './jwks.ts';
import { locales } from './locales.ts';
import { createTime, type Time } from './time.ts';

export const ADMIN_TOKEN = 'test-admin-token';
export const COOKIE_KEYS = ['a key that only the tests know'];

export interface TestService {
  readonly issuer: string;
  /** The base URL of this process. Behind a proxy it differs from the issuer. */
  readonly listensOn: string;
  readonly waitingRoom: WaitingRoom;
  readonly time: Time;
  /** Takes up signing keys that another process rotated, or that are due. */
  readonly lookAtKeys: () => Promise<void>;
  /** Notifies relying parties of the admissions that ended so far. Resolves when all attempts are done. */
  readonly sendLogouts: () => Promise<void>;
  /** Sends visitors the messages that are due. Resolves when all attempts are done. */
  readonly sendNotices: () => Promise<void>;
  /** The emitted activity events. */
  readonly told: readonly Activity[];
  /** The log, line by line. */
  readonly logged: readonly string[];
  close(): Promise<void>;
}

export interface TestServiceOptions {
  readonly store: Store;
  readonly time?: Time;
  /** As in the configuration file. */
  readonly rooms?: readonly unknown[];
  readonly relying_parties?: readonly unknown[];
  readonly cookieKeys?: readonly string[];
  readonly jwks?: PrivateJwks;
  readonly keyRotation?: number | null | 'default';
  readonly awsCredentials?: readonly AwsCredential[];
  readonly sns?: { readonly topics: readonly string[]; readonly endpoint: string | null };
  readonly namedTokens?: readonly NamedToken[];
  readonly adminOidc?: Config['adminOidc'];
  readonly smtp?: Config['smtp'];
  readonly push?: Config['push'];
  readonly port?: number;
  readonly draining?: () => boolean;
  /** How many proxies may name the client, or the addresses of those that may. Default: none. */
  readonly trustProxy?: number | readonly string[];
  /** Default: true, since what the service calls in tests is on loopback. */
  readonly allowPrivateTargets?: boolean;
  /** Looks up the names of what the service calls. */
  readonly resolve?: OutboundDeps['resolve'];
  /** Looks up the names of crawlers' addresses. */
  readonly crawlerLookups?: AppDeps['crawlerLookups'];
  /** The stand-ins of challenge providers. */
  readonly verifyUrls?: AppDeps['verifyUrls'];
  /** The public URL; by default that of the port, with `path`. */
  readonly issuer?: string;
  /** The path of the public URL, such as `/line`. */
  readonly path?: string;
}

export async function startService(options: TestServiceOptions): Promise<TestService> {
  const { time = createTime(), cookieKeys = COOKIE_KEYS, crawlerLookups } = options;
  const logged: string[] = [];
  const log = createLog({ level: 'trace', destination: { write: (line: string) => void logged.push(line) } });
  const server = createHttpServer();
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const listensOn = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { issuer = listensOn + (options.path ?? '') } = options;
  const metrics = createMetrics({ processMetrics: false });
  const store = countStoreErrors(options.store, metrics);
  const config = {
    issuer,
    jwks: options.jwks ?? jwks,
    cookieKeys,
    keyRotation: options.keyRotation ?? null,
    adminToken: ADMIN_TOKEN,
    namedTokens: options.namedTokens ?? [],
    adminOidc: options.adminOidc ?? null,
    smtp: options.smtp ?? null,
    push: options.push ?? null,
    awsCredentials: options.awsCredentials ?? [],
    sns: options.sns ?? { topics: [], endpoint: null },
    trustProxy: options.trustProxy ?? 0,
  };
  const told: Activity[] = [];
  const audit = createAudit({ store: store.audit, now: time.now, onError: () => undefined });
  const sinks: Sink[] = [metricsSink(metrics), audit.sink, (activity) => void told.push(activity)];
  const emit = createFeed(sinks, time.now);
  const outbound = createOutbound({
    allowPrivateTargets: options.allowPrivateTargets ?? true,
    ...(options.resolve ? { resolve: options.resolve } : {}),
  });
  const app = createApp({
    config,
    store,
    log,
    metrics,
    outbound,
    now: time.now,
    emit,
    subscribe: (sink) => void sinks.push(sink),
    audit,
    ...(options.draining ? { draining: options.draining } : {}),
    crawlerLookups,
    verifyUrls: options.verifyUrls,
    locales,
  });
  const { listener, waitingRoom, logoutQueue, backchannel, notices, signingKeys } = app;
  server.on('request', listener);

  const settings = settingsFile.parse({ rooms: options.rooms ?? [], relying_parties: options.relying_parties ?? [] });
  for (const room of settings.rooms) await waitingRoom.operations.putRoom(room);
  for (const party of settings.relying_parties) await waitingRoom.operations.putRelyingParty(party);

  return {
    issuer,
    listensOn,
    waitingRoom,
    time,
    logged,
    told,
    lookAtKeys: signingKeys.look,
    async sendNotices() {
      await notices.look();
      await notices.quiet();
    },
    async sendLogouts() {
      await logoutQueue.settled();
      await backchannel.look();
      await backchannel.quiet();
    },
    async close() {
      await notices.stop();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}
