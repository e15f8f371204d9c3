/** Facts for the webhook: gathered for a second and put into the store's outbox, from where one process delivers them. */
import type { Log } from '#telemetry/log.ts';
import type { Metrics } from '#telemetry/metrics.ts';
import type { ActivityType } from '#waiting-room/activity.ts';
import type { OutboxStore } from '#waiting-room/ports/outbox.ts';
import { createBacklog } from './backlog.ts';
import type { Sink } from './feed.ts';

/** How long facts are gathered before they go to the store together, in ms. */
const GATHER = 1000;
/** How often at most the log tells of dropped facts, in ms. */
const TELL_DROPPED = 60_000;

export interface OutboxSink {
  readonly sink: Sink;
  /** Puts what was gathered into the outbox. */
  close(): Promise<void>;
}

export interface OutboxSinkDeps {
  readonly outbox: Pick<OutboxStore, 'append'>;
  /** What the webhook wants to hear of. */
  readonly types: readonly ActivityType[];
  readonly now: () => number;
  readonly log: Pick<Log, 'warn'>;
  readonly metrics: Pick<Metrics, 'dropped'>;
  readonly onError: (error: unknown) => void;
}

export function createOutboxSink({ outbox, types, now, log, metrics, onError }: OutboxSinkDeps): OutboxSink {
  const wanted = new Set(types);
  let untold = 0;
  let toldAt = Number.NEGATIVE_INFINITY;

  function onDrop(facts: number): void {
    if (facts === 0) return;
    metrics.dropped(facts);
    untold += facts;
    if (now() - toldAt < TELL_DROPPED) return;
    log.warn({ dropped: untold }, 'the outbox of the webhook is full: the oldest facts were dropped');
    untold = 0;
    toldAt = now();
  }

  const append = async (entries: readonly string[]) => onDrop(await outbox.append(entries));
  const backlog = createBacklog({ append, gather: GATHER, onError, onDrop });
  return {
    sink(activity) {
      if (wanted.has(activity.type)) backlog.add(JSON.stringify(activity));
    },
    close: backlog.close,
  };
}
