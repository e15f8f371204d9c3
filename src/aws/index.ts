/**
 * Door 4: the API of AWS's Virtual Waiting Room, to the letter, on the same line as everybody else. It owns the routes,
 * the signatures of the private API and the shape of the tokens. It decides nothing about the line. It imports
 * waiting-room, tokens, http, outbound and telemetry, and no other door.
 */
import type { CredentialAttempts } from '#http/credential-attempts.ts';
import type { Door } from '#http/door.ts';
import { firstOf } from '#http/door.ts';
import type { EntryRequestOf } from '#http/entry-requests.ts';
import type { OperatorToken } from '#http/operators.ts';
import type { PublicUrls } from '#http/public-urls.ts';
import type { Refuse } from '#http/refuse.ts';
import type { RoomRules } from '#http/room-rules.ts';
import type { Outbound } from '#outbound/index.ts';
import type { Log } from '#telemetry/log.ts';
import type { Metrics } from '#telemetry/metrics.ts';
import type { SigningKeys } from '#tokens/signing-keys.ts';
import type { WaitingRoom } from '#waiting-room/index.ts';
import type { Store } from '#waiting-room/ports/index.ts';
import { REFUSED } from './answer.ts';
import { createHasApiKey } from './api-key.ts';
import { createArrivalTimes } from './arrival-times.ts';
import { createGenerateToken } from './generate-token.ts';
import { createAuthenticate } from './operator-caller.ts';
import { privateApi } from './private-api.ts';
import { publicApi } from './public-api.ts';
import { createAwsRooms } from './room.ts';
import type { Caller } from './route.ts';
import { createServe } from './serve.ts';
import { type AwsCredential, createVerify } from './sigv4/verify.ts';
import { createSnsRoute } from './sns/index.ts';

export { createSessionEnds } from './session-ends.ts';

export interface AwsDeps {
  readonly issuer: string;
  readonly urls: Pick<PublicUrls, 'basePath'>;
  readonly store: Pick<Store, 'issuedTokens' | 'idempotency'>;
  readonly waitingRoom: WaitingRoom;
  /** The keys that sign tokens. */
  readonly tokenKeys: SigningKeys;
  readonly operatorTokens: readonly OperatorToken[];
  /** AWS_API_CREDENTIALS: who may sign requests to the private API. */
  readonly awsCredentials: readonly AwsCredential[];
  /** AWS_SNS_TOPICS and AWS_ENDPOINT_URL_SNS: who may send notifications. */
  readonly sns: { readonly topics: readonly string[]; readonly endpoint: string | null };
  readonly outbound: Pick<Outbound, 'send'>;
  readonly log: Pick<Log, 'info' | 'warn'>;
  readonly attempts: CredentialAttempts;
  readonly requestOf: EntryRequestOf;
  readonly roomRules: RoomRules;
  readonly metrics: Pick<Metrics, 'request'>;
  readonly refuse: Refuse;
  readonly onError: (error: unknown) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

const ANYBODY: Caller = { name: 'public', isOwner: false };

export function createAwsDoor(deps: AwsDeps): Required<Pick<Door, 'raw'>> {
  const {
    issuer,
    urls,
    store,
    waitingRoom,
    tokenKeys: signingKeys,
    operatorTokens,
    awsCredentials,
    onError,
    now,
  } = deps;
  const { issuedTokens } = store;
  const { silentVisitors, operationsOf } = waitingRoom;
  const rooms = createAwsRooms(waitingRoom.roomsByEvent, waitingRoom.snapshots);
  const tokenDeps = { silentVisitors, issuedTokens, signingKeys, issuer, now };
  const hasApiKey = createHasApiKey(rooms);
  const authenticate = createAuthenticate({
    operatorTokens,
    attempts: deps.attempts,
    verify: createVerify({ credentials: awsCredentials, publicHost: new URL(issuer).host, now }),
  });
  const { requestOf, roomRules, refuse, metrics } = deps;
  const shared = { rooms, basePath: urls.basePath, requestOf, roomRules, refuse, metrics, onError };

  return {
    raw: firstOf(
      createServe({
        ...shared,
        prefix: '/aws/public/',
        admit: async ({ apiKey }, room) =>
          (await hasApiKey(room, apiKey)) ? { caller: ANYBODY } : { refusal: REFUSED },
        routes: publicApi({
          ...{ silentVisitors, issuedTokens, signingKeys, now },
          arrivalTimes: createArrivalTimes({ issuedTokens, now, onError }),
          generateToken: createGenerateToken(tokenDeps, 'public'),
        }),
      }),
      createServe({
        ...shared,
        prefix: '/aws/private/',
        admit: authenticate,
        routes: privateApi({
          ...{ silentVisitors, issuedTokens, operationsOf, now },
          generateToken: createGenerateToken(tokenDeps, 'private'),
        }),
      }),
      createSnsRoute({ ...deps, ...deps.sns, rooms, operationsOf }),
    ),
  };
}
