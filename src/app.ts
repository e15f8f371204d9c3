/** The composition root: the doors, in one list. It opens no store and no socket. */
import type { RequestListener } from 'node:http';
import { createAdminDoor } from '#admin/index.ts';
import { createAwsDoor } from '#aws/index.ts';
import type { Authentication } from '#http/authentication.ts';
import type { Door } from '#http/door.ts';
import { health } from '#http/health.ts';
import { createListener } from '#http/listener.ts';
import type { NoticeSender } from '#notices/index.ts';
import { createOidcDoor, createRehearsalDoor, type Logouts, type OidcDoor } from '#oidc/index.ts';
import { createDemoPage } from '#pages/demo.ts';
import { createLandingDoor } from '#pages/landing.ts';
import { FALLBACK } from '#pages/locale/index.ts';
import { createSay } from '#pages/locale/say.ts';
import { createRoomPagesDoor } from '#pages/room-pages.ts';
import { createThemeFilesDoor } from '#pages/theme/index.ts';
import { createWaitingPageDoor } from '#pages/waiting/index.ts';
import { createPublicDoor } from '#public/index.ts';
import type { SigningKeySet } from '#signing-keys/index.ts';
import type { WaitingRoom } from '#waiting-room/index.ts';
import type { Say } from '#waiting-room/sentence.ts';
import type { AppDeps } from './app/app-deps.ts';
import { createDependencies } from './app/dependencies.ts';

export type { AppDeps } from './app/app-deps.ts';

export interface App {
  readonly waitingRoom: WaitingRoom;
  readonly logoutQueue: Pick<Logouts, 'settled'>;
  /** Notifies relying parties of logins that ended. The clock calls it. */
  readonly backchannel: OidcDoor['backchannel'];
  /** Sends visitors messages ahead of their turn. The clock calls it. */
  readonly notices: NoticeSender;
  /** Emits failures to authenticate. */
  readonly failures: Authentication['failures'];
  readonly signingKeys: Pick<SigningKeySet, 'look'>;
  /** A URL that signs in to the control panel, once. */
  readonly createSignInLink: () => string;
  /** In English, for the log. */
  readonly say: Say;
  /** For `http.createServer`. */
  readonly listener: RequestListener;
}

export function createApp(deps: AppDeps): App {
  const { store, metrics } = deps;
  const dependencies = createDependencies(deps);
  const { waitingRoom, logoutQueue, failures, keySet, assets, baseMiddleware, urls, draining, onError } = dependencies;

  const oidc = createOidcDoor(dependencies);
  const publicDoor = createPublicDoor(dependencies);
  const pending = { ...oidc.pending, ...publicDoor.pending };
  const admin = createAdminDoor(dependencies);
  const doors: readonly Door[] = [
    admin,
    publicDoor,
    createAwsDoor(dependencies),
    createWaitingPageDoor(dependencies, { pending }),
    createRehearsalDoor(dependencies),
    createRoomPagesDoor(dependencies),
    createThemeFilesDoor(dependencies),
    createLandingDoor(dependencies),
    oidc,
  ];

  const { demoShop: shop, views } = dependencies;
  const demo = shop === null ? [] : [createDemoPage({ views, urls, shop })];
  const { missingRooms } = waitingRoom;
  const { metricsToken = null } = deps.config;
  const checks = health({ ping: store.ping, missingRooms, draining, metrics, metricsToken });
  const before = [checks, assets.middleware, ...demo];
  const listener = createListener({ base: baseMiddleware, before, doors, urls, draining, onError });
  const { createSignInLink } = admin;
  const { notices } = dependencies;
  const { backchannel } = oidc;
  const say = createSay(dependencies.panelPages.locale(FALLBACK).messages);
  return {
    ...{ waitingRoom, listener, logoutQueue, signingKeys: keySet, backchannel, notices, failures, createSignInLink },
    say,
  };
}
