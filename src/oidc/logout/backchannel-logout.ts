/**
 * Tells relying parties of the logins that ended. Each has a queue of its own and few connections; one that does not
 * answer rests for a while, and what could not be told within an hour is given up. Any process tells: a login that is
 * taken is held, and comes back if it was not told.
 */
import type Provider from 'oidc-provider';
import type { Log } from '#telemetry/log.ts';
import type { Metrics } from '#telemetry/metrics.ts';
import { StoreUnavailable } from '#waiting-room/errors.ts';
import type { EndedLogin, LogoutQueue } from '#waiting-room/ports/logout-queue.ts';
import type { Visitors } from '#waiting-room/visitors.ts';
import type { Logouts } from './logout-queue.ts';

/** How many are told at the same time, a process and relying party. */
const AT_ONCE = 16;
/** How long a login is held by who tells it, in ms: longer than it takes to tell it, which the provider ends at 2.5 s. */
const HOLD = 30_000;
/** The first pause of a relying party that does not answer, in ms; doubled up to the last. */
const [FIRST_REST, LAST_REST] = [5_000, 60_000] as const;
/** So long after the first attempt the last one is made, in ms. */
const GIVE_UP = 60 * 60_000;

/** What oidc-provider's clients can do, which its types leave out: makes the logout token, and sends it. */
interface Told {
  backchannelLogout(sub: string, sid: string | null): Promise<void>;
}

export interface BackchannelDeps {
  readonly provider: Provider;
  readonly visitors: Pick<Visitors, 'admission'>;
  readonly logouts: LogoutQueue;
  readonly told: Logouts['told'];
  readonly now: () => number;
  readonly log: Pick<Log, 'info' | 'warn' | 'error'>;
  readonly metrics: Pick<Metrics, 'loggedOut'>;
}

export interface Backchannel {
  /** Begins to tell what is due, and does not wait for it. Once a second. */
  look(): Promise<void>;
  /** Resolves when nobody is being told. */
  quiet(): Promise<void>;
  /** The same, and no more begins after this. */
  stop(): Promise<void>;
}

/** How telling a relying party goes. */
interface Course {
  /** Whether the last attempt failed. */
  fails: boolean;
  /** The last pause, in ms. */
  rest: number;
  restsUntil: number;
  running: Promise<void> | null;
}

export function createBackchannel(deps: BackchannelDeps): Backchannel {
  const { provider, visitors, logouts, told, now, log, metrics } = deps;
  const courses = new Map<string, Course>();
  const send = takeOver(provider);
  let stopped = false;

  /** Whether the relying party answered; each time of failures is logged once, as is its end. */
  async function tell(clientId: string, course: Course, login: EndedLogin): Promise<boolean> {
    const admission = await visitors.admission(login.room, login.visitor);
    if (admission) {
      // It was prolonged, or a new one began: its end is yet to come.
      await logouts.prolong(clientId, login, admission.expiresAt, now());
      return true;
    }
    const failure = await send(clientId, login.visitor, login.sid);
    // The standard's word for a token that is not taken (§2.8). Anything else may be a proxy's, on a bad day.
    const isRefused = failure?.status === 400;
    const isLast = now() - login.since > GIVE_UP;
    metrics.loggedOut(failure === null ? 'told' : isRefused ? 'refused' : isLast ? 'given_up' : 'failed');
    if (failure && !course.fails) {
      log.warn({ client_id: clientId, ...failure }, 'a relying party cannot be told that admissions ended');
    }
    if (!failure && course.fails) log.info({ client_id: clientId }, 'a relying party can be told again');
    course.fails = failure !== null;
    // What it refuses it will refuse again.
    if (failure === null || isRefused || isLast) await logouts.settle(clientId, login);
    else await logouts.postpone(clientId, login, now() + Math.max(FIRST_REST, now() - login.since));
    return failure === null || isRefused;
  }

  /** What could not be settled comes back. That the store is away is told by the store. */
  function isNoAnswer(error: unknown): boolean {
    if (!(error instanceof StoreUnavailable)) log.error({ err: error }, 'an end could not be told');
    return false;
  }

  /** Tells all that is due, so many at a time, as long as the relying party answers. */
  async function drain(clientId: string, course: Course): Promise<void> {
    if (now() < course.restsUntil) return;
    while (!stopped) {
      const due = await logouts.take(clientId, AT_ONCE, now(), now() + HOLD);
      const answered = await Promise.all(due.map((login) => tell(clientId, course, login).catch(isNoAnswer)));
      if (answered.includes(false)) {
        course.rest = Math.min(LAST_REST, course.rest * 2 || FIRST_REST);
        course.restsUntil = now() + course.rest;
        return;
      }
      course.rest = 0;
      if (due.length < AT_ONCE) return;
    }
  }

  async function quiet(): Promise<void> {
    await Promise.all([...courses.values()].map(({ running }) => running));
  }

  return {
    quiet,
    async look() {
      for (const { client_id } of await told()) {
        if (stopped) return;
        const course = courses.get(client_id) ?? { fails: false, rest: 0, restsUntil: 0, running: null };
        courses.set(client_id, course);
        course.running ??= drain(client_id, course)
          .catch(isNoAnswer)
          .then(() => undefined)
          .finally(() => {
            course.running = null;
          });
      }
    },
    async stop() {
      stopped = true;
      await quiet();
    },
  };
}

/**
 * Takes the telling out of the provider's hands, which would tell at a logout alone and have the visitor wait for it.
 * What is left to it is how. Null where the relying party took it; a status of 0 where it did not answer.
 */
function takeOver(provider: Provider) {
  const client = provider.Client.prototype as unknown as Told;
  const { backchannelLogout } = client;
  if (typeof backchannelLogout !== 'function') throw new TypeError('oidc-provider cannot tell of logouts any more');
  client.backchannelLogout = async () => undefined;

  return async (clientId: string, sub: string, sid: string | null): Promise<{ status: number } | null> => {
    const known = (await provider.Client.find(clientId)) as unknown as Told | undefined;
    if (!known) return { status: 410 };
    try {
      await backchannelLogout.call(known, sub, sid);
      return null;
    } catch (error) {
      const { response } = error as { response?: { status?: number } };
      return { status: response?.status ?? 0 };
    }
  };
}
