/** Puts events for the webhook into the store's outbox, once a second. One process delivers them from there. */
import type { Log } from '#telemetry/log.ts';
import type { Metrics } from '#telemetry/metrics.ts';
import type { ActivityType } from '#waiting-room/activity.ts';
import type { OutboxStore } from '#waiting-room/ports/outbox.ts';
import { createBacklog } from './backlog.ts';
import type { Sink } from './feed.ts';

/** How long events are buffered before they go to the store together, in ms. */
const BUFFER_FOR = 1000;
/** Dropped events are logged at most this often, in ms. */
const LOG_INTERVAL = 60_000;

export interface OutboxSink {
  readonly sink: Sink;
  /** Puts the buffered events into the outbox. */
  close(): Promise<void>;
}

export interface OutboxSinkDeps {
  readonly outbox: Pick<OutboxStore, 'append'>;
  /** The types that the webhook delivers. */
  readonly types: readonly ActivityType[];
  readonly now: () => number;
  readonly log: Pick<Log, 'warn'>;
  readonly metrics: Pick<Metrics, 'dropped'>;
  readonly onError: (error: unknown) => void;
}

export function createOutboxSink({ outbox, types, now, log, metrics, onError }: OutboxSinkDeps): OutboxSink {
  const wanted = new Set(types);
  let unlogged = 0;
  let loggedAt = Number.NEGATIVE_INFINITY;

  function onDrop(events: number): void {
    if (events === 0) return;
    metrics.dropped(events);
    unlogged += events;
    if (now() - loggedAt < LOG_INTERVAL) return;
    log.warn({ dropped: unlogged }, 'webhook outbox full, oldest events dropped');
    unlogged = 0;
    loggedAt = now();
  }

  const append = async (entries: readonly string[]) => onDrop(await outbox.append(entries));
  const backlog = createBacklog<string>({ append, bufferFor: BUFFER_FOR, onError, onDrop });
  return {
    sink(activity) {
      if (wanted.has(activity.type)) backlog.add(JSON.stringify(activity));
    },
    close: backlog.close,
  };
}
