/**
 * Back-channel logout: notifies relying parties of logins that ended. Each relying party has a queue of its own and few
 * connections. One that does not answer is left alone for a while, and a notification that fails for an hour is given
 * up. Any process may notify: a login taken from the queue is held, and is due again if it was not settled.
 */
import type { Log } from '#telemetry/log.ts';
import type { Metrics } from '#telemetry/metrics.ts';
import { StoreUnavailable } from '#waiting-room/errors.ts';
import type { EndedLogin, LogoutQueue } from '#waiting-room/ports/logout-queue.ts';
import type { RelyingParty } from '#waiting-room/relying-party.ts';
import type { Visitors } from '#waiting-room/visitors.ts';
import type { SendLogoutToken } from './send-logout-token.ts';

/** Notifications at the same time, for each process and relying party. */
const CONCURRENCY = 16;
/** How long a process holds a login, in ms: longer than the relying party may take to answer. */
const HOLD = 30_000;
/** The first pause after a failure, in ms; each next one is twice as long, up to the last. */
const [FIRST_PAUSE, LAST_PAUSE] = [5_000, 60_000] as const;
/** How long after the first attempt the last one is made, in ms. */
const GIVE_UP_AFTER = 60 * 60_000;

export interface BackchannelLogoutDeps {
  readonly visitors: Pick<Visitors, 'admission'>;
  readonly logouts: LogoutQueue;
  /** The relying parties that want notifications. */
  readonly notified: () => Promise<readonly RelyingParty[]>;
  readonly send: SendLogoutToken;
  readonly now: () => number;
  readonly log: Pick<Log, 'info' | 'warn' | 'error'>;
  readonly metrics: Pick<Metrics, 'loggedOut'>;
}

export interface BackchannelLogout {
  /** Starts to notify of what is due, without waiting for it. The clock calls it once a second. */
  look(): Promise<void>;
  /** Resolves when no notification is under way. */
  quiet(): Promise<void>;
  /** The same, and starts no more. */
  stop(): Promise<void>;
}

/** The state of a relying party's notifications. */
interface Delivery {
  isFailing: boolean;
  /** The last pause, in ms. */
  pause: number;
  pausedUntil: number;
  running: Promise<void> | null;
}

export function createBackchannelLogout(deps: BackchannelLogoutDeps): BackchannelLogout {
  const { visitors, logouts, notified, send, now, log, metrics } = deps;
  const deliveries = new Map<string, Delivery>();
  let isStopped = false;

  /** Logs the first failure and the recovery after it. */
  function logOutcome(clientId: string, delivery: Delivery, failure: { readonly status: number } | null): void {
    if (failure && !delivery.isFailing) log.warn({ client_id: clientId, ...failure }, 'back-channel logout failed');
    if (!failure && delivery.isFailing) log.info({ client_id: clientId }, 'back-channel logout recovered');
    delivery.isFailing = failure !== null;
  }

  /** Notifies of one login. Whether the relying party answered, so that the next one may follow. */
  async function notify(clientId: string, delivery: Delivery, login: EndedLogin): Promise<boolean> {
    const admission = await visitors.admission(login.room, login.visitor);
    if (admission) {
      // The admission was prolonged, or the visitor was admitted again: it has not ended.
      await logouts.prolong(clientId, login, admission.expiresAt, now());
      return true;
    }
    const failure = await send({ clientId, sub: login.visitor, sid: login.sid });
    // A relying party refuses a logout token with 400 (§2.8). Any other status may come from a proxy with a problem.
    const isRefused = failure?.status === 400;
    const isLast = now() - login.since > GIVE_UP_AFTER;
    metrics.loggedOut(failure === null ? 'notified' : isRefused ? 'refused' : isLast ? 'given_up' : 'failed');
    logOutcome(clientId, delivery, failure);
    // A token that was refused once would be refused again.
    if (failure === null || isRefused || isLast) await logouts.settle(clientId, login);
    else await logouts.postpone(clientId, login, now() + Math.max(FIRST_PAUSE, now() - login.since));
    return failure === null || isRefused;
  }

  /** A login that was not settled is due again. The store logs its own failures. */
  function logError(error: unknown): false {
    if (!(error instanceof StoreUnavailable)) log.error({ err: error }, 'back-channel logout failed');
    return false;
  }

  /** Notifies of all that is due, a batch at a time, as long as the relying party answers. */
  async function drain(clientId: string, delivery: Delivery): Promise<void> {
    if (now() < delivery.pausedUntil) return;
    while (!isStopped) {
      const due = await logouts.take(clientId, CONCURRENCY, now(), now() + HOLD);
      const answered = await Promise.all(due.map((login) => notify(clientId, delivery, login).catch(logError)));
      if (answered.includes(false)) {
        delivery.pause = Math.min(LAST_PAUSE, delivery.pause * 2 || FIRST_PAUSE);
        delivery.pausedUntil = now() + delivery.pause;
        return;
      }
      delivery.pause = 0;
      if (due.length < CONCURRENCY) return;
    }
  }

  async function quiet(): Promise<void> {
    await Promise.all([...deliveries.values()].map(({ running }) => running));
  }

  return {
    quiet,
    async look() {
      for (const { client_id } of await notified()) {
        if (isStopped) return;
        const delivery = deliveries.get(client_id) ?? { isFailing: false, pause: 0, pausedUntil: 0, running: null };
        deliveries.set(client_id, delivery);
        delivery.running ??= drain(client_id, delivery)
          .catch(logError)
          .then(() => undefined)
          .finally(() => {
            delivery.running = null;
          });
      }
    },
    async stop() {
      isStopped = true;
      await quiet();
    },
  };
}
