/** The composition root: the doors, in one list. It opens no store and no socket. */
import type { RequestListener } from 'node:http';
import { createAdminDoor } from '#admin/index.ts';
import { createAwsDoor } from '#aws/index.ts';
import type { Authentication } from '#http/authentication.ts';
import type { Door } from '#http/door.ts';
import { health } from '#http/health.ts';
import { createListener } from '#http/listener.ts';
import { createOidcDoor, type Logouts, type OidcDoor } from '#oidc/index.ts';
import { createWaitingPageDoor } from '#pages/waiting/index.ts';
import { createPublicDoor } from '#public/index.ts';
import type { SigningKeySet } from '#signing-keys/index.ts';
import type { WaitingRoom } from '#waiting-room/index.ts';
import type { AppDeps } from './app/app-deps.ts';
import { createDependencies } from './app/dependencies.ts';

export type { AppDeps } from './app/app-deps.ts';

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

export function createApp(deps: AppDeps): App {
  const { store, metrics, draining = () => false } = deps;
  const dependencies = createDependencies(deps);
  const { waitingRoom, logoutQueue, failures, keySet, assets, baseMiddleware, urls, onError } = dependencies;

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
