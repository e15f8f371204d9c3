/**
 * Takes activity events out of the service: to the log, the metrics, the audit log, the webhook and the event bus. It owns buffering,
 * signing and delivery. It does not decide what happens in rooms or which events there are: the waiting room emits them
 * from its catalogue (`waiting-room/activity.ts`). It imports the waiting room's catalogue and ports, and telemetry.
 */
import type { Outbound } from '#outbound/index.ts';
import type { Log } from '#telemetry/log.ts';
import type { Metrics } from '#telemetry/metrics.ts';
import type { ActivityType, Emit } from '#waiting-room/activity.ts';
import { StoreUnavailable } from '#waiting-room/errors.ts';
import type { Store } from '#waiting-room/ports/index.ts';
import { type Audit, createAudit } from './audit-sink.ts';
import { type EventBus, type PutEvents, startEventBus } from './event-bus/index.ts';
import { createFeed, type Sink } from './feed.ts';
import { logSink } from './log-sink.ts';
import { metricsSink } from './metrics-sink.ts';
import { createOutboxSink } from './outbox-sink.ts';
import { startWebhook } from './webhook.ts';

export interface ActivityDeps {
  readonly store: Pick<Store, 'audit' | 'outbox' | 'eventBusOutbox' | 'leases' | 'settings'>;
  /** Null for no webhook. Keys are in base64. */
  readonly webhook: {
    readonly url: string;
    readonly keys: readonly string[];
    readonly types: readonly ActivityType[];
  } | null;
  /** Null for no event bus. */
  readonly eventBus: { readonly putEvents: PutEvents; readonly types: readonly ActivityType[] } | null;
  readonly outbound: Pick<Outbound, 'send'>;
  /** This process, for the lease. */
  readonly self: string;
  readonly now: () => number;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface ActivityFeed {
  readonly emit: Emit;
  /** Calls `sink` with each event that this process emits from now on. */
  readonly subscribe: (sink: Sink) => void;
  readonly audit: Pick<Audit, 'newest'>;
  /** Stops deliveries and stores what is buffered. */
  close(): Promise<void>;
}

export function createActivity(deps: ActivityDeps): ActivityFeed {
  const { store, webhook, outbound, self, now, log, metrics } = deps;
  const onError = (error: unknown) => {
    // The store logs its own outages.
    if (!(error instanceof StoreUnavailable)) log.error({ err: error }, 'activity event not stored');
  };
  const audit = createAudit({ store: store.audit, now, onError });
  const sinks: Sink[] = [logSink(log), metricsSink(metrics), audit.sink];
  const { outbox, leases } = store;
  const outboxSink =
    webhook &&
    createOutboxSink({
      ...{ outbox, receiver: 'webhook', types: webhook.types, now, log, metrics, onError },
      entriesOf: (activities) => activities.map((activity) => JSON.stringify(activity)),
    });
  if (outboxSink) sinks.push(outboxSink.sink);
  const delivery = webhook && startWebhook({ ...webhook, outbox, leases, outbound, self, now, log, metrics });

  const eventBus: EventBus | null =
    deps.eventBus && startEventBus({ ...deps.eventBus, store, leases, self, now, log, metrics, onError });
  if (eventBus) sinks.push(eventBus.sink);

  return {
    emit: createFeed(sinks, now),
    subscribe: (sink) => void sinks.push(sink),
    audit,
    async close() {
      await delivery?.stop();
      await outboxSink?.close();
      await eventBus?.close();
      await audit.close();
    },
  };
}
