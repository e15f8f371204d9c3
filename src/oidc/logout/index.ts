/**
 * Logouts: a visitor who logs out ends their admission, and relying parties are notified of admissions that ended. It
 * does not decide when an admission ends: the waiting room calls the logout queue. Of the door it imports
 * `client-metadata.ts`, `login-context.ts`, `signing-algorithms.ts` and `tokens/on-code-exchange.ts`.
 */
import type { JWK } from 'jose';
import type Provider from 'oidc-provider';
import type { Outbound } from '#outbound/index.ts';
import type { Log } from '#telemetry/log.ts';
import type { Metrics } from '#telemetry/metrics.ts';
import type { WaitingRoom } from '#waiting-room/index.ts';
import type { LogoutQueue } from '#waiting-room/ports/logout-queue.ts';
import { endAnonymousLogout } from './anonymous-logout.ts';
import type { BackchannelLogout } from './backchannel-logout.ts';
import { createBackchannelLogout } from './backchannel-logout.ts';
import { enqueueLogins } from './enqueue-logins.ts';
import type { Logouts } from './logout-queue.ts';
import { returnLogoutState } from './logout-state.ts';
import { createLogoutTokens } from './logout-token.ts';
import { endAdmissionAtLogout } from './rp-initiated-logout.ts';
import { createSendLogoutToken } from './send-logout-token.ts';

export interface LogoutDeps {
  readonly issuer: string;
  /** Private keys, which sign logout tokens. */
  readonly keys: () => readonly JWK[];
  readonly waitingRoom: Pick<WaitingRoom, 'visitors' | 'relyingParties'>;
  readonly logouts: LogoutQueue;
  readonly notified: Logouts['notified'];
  readonly outbound: Pick<Outbound, 'send'>;
  readonly now: () => number;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'loggedOut'>;
}

export interface LogoutsOfDoor {
  /** Adds the middleware of logouts to a provider. */
  mount(provider: Provider): void;
  /** Notifies relying parties. */
  readonly backchannel: BackchannelLogout;
}

export function createLogouts(deps: LogoutDeps): LogoutsOfDoor {
  const { issuer, keys, logouts, notified, outbound, now, log, metrics } = deps;
  const { visitors, relyingParties } = deps.waitingRoom;
  const send = createSendLogoutToken({ relyingParties, tokens: createLogoutTokens({ issuer, keys, now }), outbound });
  return {
    mount(provider) {
      endAnonymousLogout(provider);
      returnLogoutState(provider);
      endAdmissionAtLogout(provider, { visitors, relyingParties });
      enqueueLogins(provider, { logouts, visitors, now });
    },
    backchannel: createBackchannelLogout({ visitors, logouts, notified, send, now, log, metrics }),
  };
}
