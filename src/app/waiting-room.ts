import { createSessionEnds } from '#aws/index.ts';
import type { PublicUrls } from '#http/public-urls.ts';
import { createLogoutQueue, type Logouts } from '#oidc/index.ts';
import { createPasses, type Passes } from '#passes/index.ts';
import { watchRooms } from '#telemetry/room-gauges.ts';
import { countVisits } from '#telemetry/visits.ts';
import type { AdmissionEnded } from '#waiting-room/admission-end.ts';
import { createWaitingRoom, type WaitingRoom } from '#waiting-room/index.ts';
import type { AppDeps } from './app-deps.ts';

export interface AppWaitingRoomDeps {
  readonly app: AppDeps;
  readonly urls: Pick<PublicUrls, 'urlOf'>;
  readonly onError: (error: unknown) => void;
}

export interface AppWaitingRoom {
  readonly waitingRoom: WaitingRoom;
  readonly passes: Passes;
  readonly logoutQueue: Logouts;
}

/** The waiting room with its listeners, its metrics, and the passes of its visitors. */
export function createAppWaitingRoom({ app, urls, onError }: AppWaitingRoomDeps): AppWaitingRoom {
  const { store, now, emit, log, metrics, outbound } = app;
  const { issuedTokens, idempotency, settings } = store;
  const logoutQueue = createLogoutQueue({ logouts: store.logoutQueue, settings, now, onError });
  const sessionEnded = createSessionEnds({ issuedTokens, snapshots: () => room.snapshots, onError });
  const admissionEnded: AdmissionEnded = (...ended) => {
    logoutQueue.admissionEnded(...ended);
    sessionEnded(...ended);
  };
  const room = createWaitingRoom({
    ...{ store, now, cookieKeys: app.config.cookieKeys, emit },
    challengeUrl: (id) => urls.urlOf(`/rooms/${id}/challenge`),
    ...{ admissionEnded, relyingPartyChanged: logoutQueue.relyingPartyChanged, onError },
    eventKept: (id, event) =>
      log.warn({ room: id, event }, 'event kept, because it has entrants: postpone or cancel it with the admin API'),
  });
  watchRooms(metrics, room.snapshots, now);
  const counted = { ...room, visitors: countVisits(room.visitors, metrics) };
  const passes = createPasses({ waitingRoom: counted, idempotency, outbound, now });
  return { waitingRoom: { ...counted, visitors: passes.visitors }, passes, logoutQueue };
}
