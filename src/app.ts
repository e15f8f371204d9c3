/** The composition root: it constructs what the doors share, then lists the doors. It opens no store and no socket. */
import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import type { AuditReader } from '#admin/audit.ts';
import { createAdminDoor } from '#admin/index.ts';
import { createAwsDoor, createSessionEnds } from '#aws/index.ts';
import { createChallenges } from '#challenges/index.ts';
import { createTokenVerifier, type TokenVerifierDeps } from '#challenges/verify-token.ts';
import type { Config } from '#config/config.ts';
import { createAssets } from '#http/assets.ts';
import { type Authentication, createAuthentication } from '#http/authentication.ts';
import { createClientAddress } from '#http/client-address.ts';
import { createCrawlerCheck, type Lookups } from '#http/crawler-check.ts';
import type { Door } from '#http/door.ts';
import { createEntryRequests } from '#http/entry-requests.ts';
import { health } from '#http/health.ts';
import { createListener } from '#http/listener.ts';
import { problemOf, problems } from '#http/problem.ts';
import { createPublicUrls } from '#http/public-urls.ts';
import { createRefuse } from '#http/refuse.ts';
import { requestLog } from '#http/request-log.ts';
import { createRoomRules } from '#http/room-rules.ts';
import { securityHeaders } from '#http/security-headers.ts';
import { createVisitorCookies } from '#http/visitor-cookies.ts';
import { createClientFaults, createLogoutQueue, createOidcDoor, type Logouts, type OidcDoor } from '#oidc/index.ts';
import type { Outbound } from '#outbound/index.ts';
import { createPages } from '#pages/index.ts';
import { createAddresses } from '#pages/waiting/address.ts';
import { createWaitingPageDoor } from '#pages/waiting/index.ts';
import { createPasses } from '#passes/index.ts';
import { createPublicDoor } from '#public/index.ts';
import { createSigningKeySet, type SigningKeySet } from '#signing-keys/index.ts';
import type { Log } from '#telemetry/log.ts';
import type { Metrics } from '#telemetry/metrics.ts';
import { roomGauges } from '#telemetry/room-gauges.ts';
import { countVisits } from '#telemetry/visits.ts';
import { createTokens } from '#tokens/index.ts';
import { createSigningKeys } from '#tokens/signing-keys.ts';
import type { Emit } from '#waiting-room/activity.ts';
import type { AdmissionEnded } from '#waiting-room/admission-end.ts';
import type { WaitingRoom } from '#waiting-room/index.ts';
import { createWaitingRoom } from '#waiting-room/index.ts';
import type { Store } from '#waiting-room/ports/index.ts';

export interface AppDeps {
  readonly config: Partial<Pick<Config, 'keyRotation' | 'sns'>> &
    Pick<Config, 'issuer' | 'jwks' | 'cookieKeys' | 'adminToken' | 'namedTokens' | 'awsCredentials' | 'trustProxy'>;
  readonly store: Store;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Sends the service's own requests. */
  readonly outbound: Outbound;
  /** Looks up the names of crawlers' addresses. Default: the system's name servers. */
  readonly crawlerLookups?: Lookups | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Emits activity events. */
  readonly emit: Emit;
  /** The audit log, newest entries first. */
  readonly audit: AuditReader;
  /** Where to verify tokens of challenge providers instead of at the vendors'. */
  readonly verifyUrls?: TokenVerifierDeps['verifyUrls'];
  /** Whether /readyz refuses requests, because the process is not ready yet or is shutting down. */
  readonly draining?: () => boolean;
}

export interface App {
  readonly waitingRoom: WaitingRoom;
  readonly logoutQueue: Pick<Logouts, 'settled'>;
  /** Notifies relying parties of logins that ended. The clock calls it. */
  readonly backchannel: OidcDoor['backchannel'];
  /** Emits failures to authenticate. */
  readonly failures: Authentication['failures'];
  readonly signingKeys: Pick<SigningKeySet, 'look'>;
  /** For `http.createServer`. */
  readonly listener: RequestListener;
}

const ROOT = join(import.meta.dirname, '..');
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };

export function createApp(deps: AppDeps): App {
  const { config, store, log, metrics, outbound, now, emit, audit, draining = () => false } = deps;
  const { issuer, jwks, cookieKeys, trustProxy } = config;
  const urls = createPublicUrls(issuer);
  const clientAddress = createClientAddress(trustProxy);
  const onError = (error: unknown) => {
    const { document } = problemOf(error);
    log[document.code === 'internal_error' ? 'error' : 'warn']({ err: error }, 'background task failed');
  };
  const logoutQueue = createLogoutQueue({ logouts: store.logoutQueue, settings: store.settings, now, onError });
  const { relyingPartyChanged } = logoutQueue;
  const { issuedTokens } = store;
  const sessionEnded = createSessionEnds({ issuedTokens, snapshots: () => waitingRoom.snapshots, onError });
  const admissionEnded: AdmissionEnded = (...ended) => {
    logoutQueue.admissionEnded(...ended);
    sessionEnded(...ended);
  };
  const eventKept = (room: string, event: string) =>
    log.warn({ room, event }, 'event kept, because it has entrants: postpone or cancel it with the admin API');
  const listeners = { admissionEnded, relyingPartyChanged, eventKept, onError };
  const uncounted = createWaitingRoom({
    ...{ store, now, cookieKeys, emit },
    challengeUrl: (room) => urls.urlOf(`/rooms/${room}/challenge`),
    ...listeners,
  });
  const counted = { ...uncounted, visitors: countVisits(uncounted.visitors, metrics) };
  const passes = createPasses({ waitingRoom: counted, idempotency: store.idempotency, outbound, now });
  const waitingRoom: WaitingRoom = { ...counted, visitors: passes.visitors };
  metrics.watchRooms(() => roomGauges(waitingRoom.snapshots.known(), now()));

  const { seal } = waitingRoom;
  const { failures, ...authentication } = createAuthentication({
    ...{ seal, idempotency: store.idempotency, trustProxy, emit, metrics, now },
  });
  const keySet = createSigningKeySet({
    ...{ file: jwks, store: store.signingKeys, leases: store.leases, settings: store.settings },
    ...{ seal: waitingRoom.seal, emit, log, maxAge: config.keyRotation, now },
  });

  const assets = createAssets({ folder: join(ROOT, 'assets'), urls });
  const baseMiddleware = [requestLog({ log, metrics, clientAddress }), problems({ log }), securityHeaders(urls)];
  const challenges = createChallenges({
    ...{ cookieKeys, seal, idempotency: store.idempotency, metrics, now },
    verifier: createTokenVerifier({
      outbound,
      now,
      verifyUrls: deps.verifyUrls,
      onAway: (provider, why) => log.warn({ provider, why }, 'challenge provider is away'),
    }),
  });
  /** Each door takes what it needs from here. */
  const dependencies = {
    ...{ issuer, urls, clientAddress, version, store, waitingRoom, logoutQueue, ...authentication },
    ...{ log, metrics, outbound, now, onError, baseMiddleware, assets },
    audit: afterReport(audit, failures),
    operatorTokens: [{ name: 'admin', token: config.adminToken }, ...config.namedTokens],
    cookies: createVisitorCookies(waitingRoom.tickets, urls.isSecure, now),
    addresses: createAddresses(seal, urls),
    views: createPages({ folder: join(ROOT, 'views'), locales: join(ROOT, 'locales'), asset: assets.url }),
    awsCredentials: config.awsCredentials,
    sns: config.sns ?? { topics: [], endpoint: null },
    challenges,
    passes,
    requestOf: createEntryRequests({ clientAddress, addressKey: waitingRoom.addressKey, trustProxy, log }),
    roomRules: createRoomRules({
      clientAddress,
      isCrawlerOf: createCrawlerCheck({ now, lookups: deps.crawlerLookups }),
    }),
    tokens: createTokens({ issuer, keys: () => keySet.current().keys, now }),
    tokenKeys: createSigningKeys(() => keySet.current().keys),
    signingKeys: keySet.current,
    keySet,
    clientFaults: createClientFaults(jwks),
    refuse: createRefuse(onError),
  };
  const oidc = createOidcDoor(dependencies);
  const publicDoor = createPublicDoor(dependencies);
  const pending = { ...oidc.pending, ...publicDoor.pending };
  const doors: readonly Door[] = [
    createAdminDoor(dependencies),
    publicDoor,
    createAwsDoor(dependencies),
    createWaitingPageDoor(dependencies, { pending }),
    oidc,
  ];

  const before = [health({ ping: store.ping, draining, metrics }), assets.middleware];
  const listener = createListener({ base: baseMiddleware, before, doors, urls, draining, onError });
  return { waitingRoom, listener, logoutQueue, signingKeys: keySet, backchannel: oidc.backchannel, failures };
}

/** A reader of the audit log also finds the failures to authenticate that are still held. */
function afterReport(audit: AuditReader, { flushAll }: Authentication['failures']): AuditReader {
  return {
    newest(...query) {
      flushAll();
      return audit.newest(...query);
    },
  };
}
