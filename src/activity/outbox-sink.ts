/** Puts events for a receiver into an outbox of the store, once a second. One process delivers them from there. */
import type { Log } from '#telemetry/log.ts';
import type { Metrics } from '#telemetry/metrics.ts';
import type { Activity, ActivityType } from '#waiting-room/activity.ts';
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
  /** The receiver, in log messages. */
  readonly receiver: string;
  /** The types that the receiver gets. */
  readonly types: readonly ActivityType[];
  /** The entries that events become. A rejection is a failure of the store. */
  readonly entriesOf: (activities: readonly Activity[]) => Promise<readonly string[]> | readonly string[];
  readonly now: () => number;
  readonly log: Pick<Log, 'warn'>;
  readonly metrics: Pick<Metrics, 'dropped'>;
  readonly onError: (error: unknown) => void;
}

export function createOutboxSink(deps: OutboxSinkDeps): OutboxSink {
  const { outbox, receiver, types, entriesOf, now, log, metrics, onError } = deps;
  const wanted = new Set(types);
  let unlogged = 0;
  let loggedAt = Number.NEGATIVE_INFINITY;

  function onDrop(events: number): void {
    if (events === 0) return;
    metrics.dropped(events);
    unlogged += events;
    if (now() - loggedAt < LOG_INTERVAL) return;
    log.warn({ dropped: unlogged }, `${receiver} outbox full, oldest events dropped`);
    unlogged = 0;
    loggedAt = now();
  }

  const append = async (activities: readonly Activity[]) => onDrop(await outbox.append(await entriesOf(activities)));
  const backlog = createBacklog<Activity>({ append, bufferFor: BUFFER_FOR, onError, onDrop });
  return {
    sink(activity) {
      if (wanted.has(activity.type)) backlog.add(activity);
    },
    close: backlog.close,
  };
}
