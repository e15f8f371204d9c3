import { createSessionEnds } from '#aws/index.ts';
import type { PublicUrls } from '#http/public-urls.ts';
import { createLogoutQueue, type Logouts } from '#oidc/index.ts';
import { createPasses, type Passes } from '#passes/index.ts';
import { watchRooms } from '#telemetry/room-gauges.ts';
import { countVisits } from '#telemetry/visits.ts';
import type { AdmissionEnded } from '#waiting-room/admission-end.ts';
import { forgettingNotices } from '#waiting-room/forget-notices.ts';
import { createWaitingRoom, type WaitingRoom } from '#waiting-room/index.ts';
import type { Operations } from '#waiting-room/operations.ts';
import { createRehearsalAdmissions, type RehearsalAdmissions, withRehearsals } from '#waiting-room/rehearsals/index.ts';
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
  readonly rehearsalAdmissions: RehearsalAdmissions;
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
    laneKept: (id, lane) =>
      log.warn({ room: id, lane }, 'lane kept, because it has visitors: remove it when they have left'),
  });
  watchRooms(metrics, room, now);
  const { seal, snapshots } = room;
  const rehearsalAdmissions = createRehearsalAdmissions({ seal, idempotency, snapshots, now });
  const rehearsed = { admissions: rehearsalAdmissions, snapshots, sharedCounts: store.sharedCounts, now };
  const forgetting = forgettingNotices(room.visitors, store.notices, snapshots);
  const visitors = withRehearsals(countVisits(forgetting, metrics, now), rehearsed);
  const counted = {
    ...room,
    ...{ visitors, operations: endingRehearsals(room.operations, rehearsalAdmissions) },
    operationsOf: (...by: Parameters<WaitingRoom['operationsOf']>) =>
      endingRehearsals(room.operationsOf(...by), rehearsalAdmissions),
  };
  const passes = createPasses({ waitingRoom: counted, idempotency, outbound, now });
  return { waitingRoom: { ...counted, visitors: passes.visitors }, passes, logoutQueue, rehearsalAdmissions };
}

/** The exits that a site reports end rehearsals too. */
function endingRehearsals<T extends Pick<Operations, 'exits'>>(operations: T, { endOf }: RehearsalAdmissions): T {
  return {
    ...operations,
    async exits(room, named, lane) {
      const result = await operations.exits(room, named, lane);
      await Promise.all([...named.completed, ...named.abandoned].map((visitor) => endOf(room, visitor)));
      return result;
    },
  };
}
