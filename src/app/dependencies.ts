/**
 * What the doors share: the waiting room, authentication, keys, challenges, pages, URLs and cookies. It constructs them
 * and knows no route. It imports what it constructs, and no store.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterReport } from '#admin/audit.ts';
import { createAgentCheck } from '#agents/index.ts';
import { createChallenges } from '#challenges/index.ts';
import { demoShopUrl } from '#config/demo.ts';
import { createAssets } from '#http/assets.ts';
import { createAuthentication } from '#http/authentication.ts';
import { createBrowserUses } from '#http/browser-uses.ts';
import { createClientAddress } from '#http/client-address.ts';
import { createCrawlerCheck } from '#http/crawler-check.ts';
import { createEntryRequests } from '#http/entry-requests.ts';
import { problemOf, problems } from '#http/problem.ts';
import { createPublicUrls } from '#http/public-urls.ts';
import { createRefuse } from '#http/refuse.ts';
import { requestLog } from '#http/request-log.ts';
import { createRequestRecord } from '#http/request-record.ts';
import { createRoomRules } from '#http/room-rules.ts';
import { securityHeaders } from '#http/security-headers.ts';
import { createSenderCheck } from '#http/sender-check.ts';
import { createVisitorCookies } from '#http/visitor-cookies.ts';
import { createNotices } from '#notices/index.ts';
import { createClientFaults } from '#oidc/index.ts';
import { createErrorPage } from '#pages/error-page.ts';
import { createPages } from '#pages/index.ts';
import { createLocales } from '#pages/locale/index.ts';
import { createThemePreview } from '#pages/theme/preview.ts';
import { createAddresses } from '#pages/waiting/address.ts';
import { createSigningKeySet } from '#signing-keys/index.ts';
import { createTokens } from '#tokens/index.ts';
import { createSigningKeys } from '#tokens/signing-keys.ts';
import { createNoticeRequests } from '#waiting-room/notice-requests.ts';
import { createRehearsals } from '#waiting-room/rehearsals/index.ts';
import type { AppDeps } from './app-deps.ts';
import { createAppWaitingRoom } from './waiting-room.ts';

const ROOT = join(import.meta.dirname, '../..');
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };

export type Dependencies = ReturnType<typeof createDependencies>;

/** Each door takes what it needs from here. */
export function createDependencies(app: AppDeps) {
  const { config, store, log, metrics, outbound, now, emit } = app;
  const { issuer, jwks, cookieKeys, trustProxy } = config;
  const { idempotency } = store;
  const urls = createPublicUrls(issuer);
  const clientAddress = createClientAddress(trustProxy);
  const onError = (error: unknown) => {
    const { document } = problemOf(error);
    log[document.code === 'internal_error' ? 'error' : 'warn']({ err: error }, 'background task failed');
  };
  const { waitingRoom, passes, logoutQueue, rehearsalAdmissions } = createAppWaitingRoom({ app, urls, onError });
  const { seal, addressKey } = waitingRoom;
  const authentication = createAuthentication({ seal, idempotency, trustProxy, emit, metrics, now });
  const keySet = createSigningKeySet({
    ...{ file: jwks, store: store.signingKeys, leases: store.leases, settings: store.settings },
    ...{ seal, emit, log, maxAge: config.keyRotation, now },
  });
  const assets = createAssets({ folder: join(ROOT, 'assets'), urls });
  const recordRequest = createRequestRecord({ log, metrics, clientAddress });
  const locales = app.locales ?? {
    visitors: createLocales(join(ROOT, 'locales')),
    panel: createLocales(join(ROOT, 'panel/locales')),
  };
  const pagesOfVisitors = {
    ...{ folder: join(ROOT, 'views'), locales: locales.visitors, asset: assets.url, path: urls.pathOf },
  };
  const views = createPages(pagesOfVisitors);
  const page = createErrorPage(views.page);
  const requestOf = createEntryRequests({ clientAddress, addressKey, trustProxy, log });
  return {
    ...{ issuer, urls, clientAddress, version, store, waitingRoom, logoutQueue, passes, ...authentication },
    ...{ log, metrics, outbound, now, emit, onError, assets, keySet },
    draining: app.draining ?? (() => false),
    serviceAlerts: app.serviceAlerts ?? { raised: () => ({}) },
    subscribe: app.subscribe ?? (() => undefined),
    recordRequest,
    baseMiddleware: [requestLog(recordRequest), problems({ log, page }), securityHeaders(urls)],
    audit: afterReport(app.audit, authentication.failures),
    demoShop: config.demo && config.shopPort !== undefined ? demoShopUrl(config.shopPort) : null,
    identityProvider: config.adminOidc ?? null,
    webhookUrl: config.webhook?.url ?? null,
    operatorTokens: [{ name: 'admin', token: config.adminToken }, ...config.namedTokens],
    awsCredentials: config.awsCredentials,
    sns: config.sns ?? { topics: [], endpoint: null },
    cookies: createVisitorCookies(waitingRoom.tickets, urls.isSecure, now),
    addresses: createAddresses(seal, urls),
    panelFolder: join(ROOT, 'panel'),
    panelPages: createPages({ folder: join(ROOT, 'panel/views'), locales: locales.panel, asset: assets.url }),
    views,
    rehearsals: createRehearsals({ seal, idempotency, admissions: rehearsalAdmissions, now }),
    notices: createNotices({
      ...{
        smtp: config.smtp ?? null,
        push: config.push ?? null,
        outbound,
        store,
        rooms: waitingRoom.operations.rooms,
        seal,
        views,
        log,
        metrics,
        now,
      },
      snapshots: waitingRoom.snapshots,
    }),
    noticeRequests: createNoticeRequests({
      ...{ sendsEmail: Boolean(config.smtp), pushHosts: config.push?.hosts ?? null },
      ...{ queue: store.notices, sharedCounts: store.sharedCounts, seal, now },
    }),
    pushKey: config.push?.publicKey ?? null,
    locales: views.locales,
    previewTheme: createThemePreview(createPages(pagesOfVisitors), urls, assets, now),
    challenges: createChallenges({
      ...{ cookieKeys, seal, idempotency, outbound, metrics, log, now, verifyUrls: app.verifyUrls },
    }),
    requestOf,
    browserUses: createBrowserUses({
      ...{ visitors: waitingRoom.visitors, seal, isSecure: urls.isSecure, requestOf, now },
    }),
    senderCheck: createSenderCheck({ origins: waitingRoom.origins, urls }),
    roomRules: createRoomRules({
      ...{ clientAddress, urls },
      agents: createAgentCheck({ outbound, now }),
      isCrawlerOf: createCrawlerCheck({ now, lookups: app.crawlerLookups }),
    }),
    tokens: createTokens({ issuer, keys: () => keySet.current().keys, now }),
    tokenKeys: createSigningKeys(() => keySet.current().keys),
    signingKeys: keySet.current,
    clientFaults: createClientFaults(jwks),
    refuse: createRefuse(onError),
  };
}
