/**
 * Sends what is due, a few at a time. A mail server that does not answer is left alone for a while. Push services are
 * many, and visitors name them, so none of them holds up the others.
 */
import { randomUUID } from 'node:crypto';
import type { Log } from '#telemetry/log.ts';
import type { Metrics } from '#telemetry/metrics.ts';
import { dueUpTo, isUseful } from '#waiting-room/due-notices.ts';
import { RoomNotFound, StoreUnavailable } from '#waiting-room/errors.ts';
import type { LineId } from '#waiting-room/lanes.ts';
import { type NoticeContent, noticeContext } from '#waiting-room/notice-requests.ts';
import type { Leases } from '#waiting-room/ports/leases.ts';
import type { Notice, NoticeLine, NoticeQueue } from '#waiting-room/ports/notice-queue.ts';
import type { RoomSettings } from '#waiting-room/room.ts';
import type { Seal } from '#waiting-room/seal.ts';
import type { Snapshot, Snapshots } from '#waiting-room/snapshots.ts';
import type { MailResult } from './send-mail.ts';

/** Messages at the same time. */
const CONCURRENCY = 4;
/** How long the lease of a dead process keeps the others from sending, in ms: longer than a batch takes. */
const LEASE = 45_000;
/** The pause of a notice after the first failure, in ms, doubled with each; and the last attempt. */
const RETRY = 10_000;
const LAST_ATTEMPT = 6;
/** The first pause of all after the server did not answer, in ms; each next one is twice as long, up to the last. */
const [FIRST_PAUSE, LAST_PAUSE] = [5_000, 60_000] as const;

/** Null for a content of another channel. */
export type SendNotice = (content: NoticeContent, room: RoomSettings) => Promise<MailResult | null>;

type Channel = 'email' | 'push';

/** As the log names them. */
const NAMES = { email: 'e-mail to visitors', push: 'notifications to visitors' } as const;

export interface NoticeSenderDeps {
  readonly rooms: () => Promise<readonly RoomSettings[]>;
  readonly snapshots: Pick<Snapshots, 'get' | 'place'>;
  readonly queue: Pick<NoticeQueue, 'take' | 'putBack' | 'settle' | 'clear'>;
  readonly leases: Leases;
  readonly seal: Pick<Seal, 'open'>;
  /** Null where the service cannot send it. */
  readonly email: SendNotice | null;
  readonly push: SendNotice | null;
  readonly log: Pick<Log, 'info' | 'warn' | 'error'>;
  readonly metrics: Pick<Metrics, 'noticeSent'>;
  readonly now: () => number;
}

export interface NoticeSender {
  /** Starts to send what is due, without waiting for it. The clock calls it once a second. */
  look(): Promise<void>;
  /** Resolves when nothing is under way. */
  quiet(): Promise<void>;
  /** The same, and starts no more. */
  stop(): Promise<void>;
}

interface Attempt {
  readonly answered: boolean;
  /** It is not sent again, and nobody knows that it arrived. */
  readonly hasFailed?: boolean;
  readonly again?: Notice;
}

export function createNoticeSender(deps: NoticeSenderDeps): NoticeSender {
  const { rooms, snapshots, queue, leases, seal, email, push, log, metrics, now } = deps;
  const self = randomUUID();
  let [pause, pausedUntil] = [0, 0];
  const failing = new Set<Channel>();
  let isStopped = false;
  /** The lines whose visitors may ask, as this process saw them last. */
  let offering = new Set<LineId>();
  let running: Promise<void> | null = null;

  function contentOf(of: NoticeLine, { sealed }: Notice): NoticeContent | null {
    const opened = seal.open(sealed, noticeContext(of));
    return opened && (JSON.parse(Buffer.from(opened).toString('utf8')) as NoticeContent);
  }

  const holderOf = ({ incarnation, generation }: NoticeLine, { number, visitor }: Notice) => ({
    ...{ incarnation, generation, number, visitor },
  });

  /** Sends one notice, unless its visitor has no use for it. Whether the server answered, and when to send again. */
  async function attempt(snapshot: Snapshot, of: NoticeLine, notice: Notice): Promise<Attempt> {
    const content = contentOf(of, notice);
    if (!content || !isUseful(await snapshots.place(snapshot, holderOf(of, notice)))) return { answered: true };
    const channel = 'push' in content ? 'push' : 'email';
    const { notify } = snapshot.settings;
    const send = { email, push }[channel];
    const result = (notify?.[channel] && (await send?.(content, snapshot.settings))) || null;
    // The room offers it no more.
    if (!result) return { answered: true };
    const { outcome, reason } = result;
    const answered = result.answered || channel === 'push';
    const attempts = notice.attempts + 1;
    const isLast = attempts >= LAST_ATTEMPT;
    metrics.noticeSent(channel, outcome === 'failed' && isLast ? 'given_up' : outcome);
    logOutcome(channel, result.answered, reason);
    if (outcome !== 'failed' || isLast) return { answered, hasFailed: outcome !== 'sent' };
    return { answered, again: { ...notice, attempts, notBefore: now() + RETRY * 2 ** notice.attempts } };
  }

  /** Whether the server answered. */
  async function deliver(snapshot: Snapshot, of: NoticeLine, notice: Notice): Promise<boolean> {
    const {
      answered,
      hasFailed = false,
      again,
    } = await attempt(snapshot, of, notice).catch(async (error: unknown) => {
      // Nothing was sent.
      await queue.putBack(of, notice);
      throw error;
    });
    await (again ? queue.putBack(of, again) : queue.settle(of, notice, hasFailed));
    return answered;
  }

  /** Logs the first failure and the recovery after it. */
  function logOutcome(channel: Channel, answered: boolean, reason = ''): void {
    if (!answered && !failing.has(channel)) log.warn({ reason }, `${NAMES[channel]} failed`);
    if (answered && failing.has(channel)) log.info({}, `${NAMES[channel]} recovered`);
    if (answered) failing.delete(channel);
    else failing.add(channel);
  }

  /** The store logs its own failures. */
  function logError(error: unknown): true {
    const isKnown = error instanceof StoreUnavailable || error instanceof RoomNotFound;
    if (!isKnown) log.error({ err: error }, 'messages to visitors failed');
    return true;
  }

  async function sendLine(snapshot: Snapshot): Promise<void> {
    const { line, view, settings } = snapshot;
    const of = { line, incarnation: view.incarnation, generation: view.generation };
    if (settings.mode === 'closed' && settings.closed_reason && settings.closed_reason !== 'maintenance') {
      return queue.clear(line);
    }
    const upTo = dueUpTo(snapshot);
    while (!isStopped && now() >= pausedUntil && (await leases.lease('notices', self, LEASE))) {
      const due = await queue.take(of, upTo, CONCURRENCY, now());
      const answers = await Promise.all(due.map((notice) => deliver(snapshot, of, notice).catch(logError)));
      if (answers.includes(false)) {
        pause = Math.min(LAST_PAUSE, pause * 2 || FIRST_PAUSE);
        pausedUntil = now() + pause;
        return;
      }
      if (due.length > 0) pause = 0;
      if (due.length < CONCURRENCY) return;
    }
  }

  async function sendAll(): Promise<void> {
    if (now() < pausedUntil || !(await leases.lease('notices', self, LEASE))) return;
    const seen = new Set<LineId>();
    let isComplete = true;
    for (const { id, notify } of await rooms()) {
      if (isStopped) return;
      if (!((email && notify?.email) || (push && notify?.push))) continue;
      try {
        const snapshot = await snapshots.get(id);
        for (const lane of [snapshot, ...snapshot.lanes]) {
          seen.add(lane.line);
          await sendLine(lane);
        }
      } catch (error) {
        // The other rooms have theirs sent.
        isComplete = !logError(error);
      }
    }
    // The room offers none any more, or is gone.
    if (isComplete) for (const line of offering.difference(seen)) await queue.clear(line);
    offering = isComplete ? seen : offering.union(seen);
  }

  return {
    async look() {
      if (isStopped) return;
      running ??= sendAll()
        .catch(logError)
        .then(() => undefined)
        .finally(() => {
          running = null;
        });
    },
    async quiet() {
      await running;
    },
    async stop() {
      isStopped = true;
      await running;
      await leases.release('notices', self).catch(() => undefined);
    },
  };
}
