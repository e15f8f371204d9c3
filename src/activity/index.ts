/**
 * Takes activity events out of the service: to the log, the metrics, the audit log and the webhook. It owns buffering,
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
import { createFeed, type Sink } from './feed.ts';
import { logSink } from './log-sink.ts';
import { metricsSink } from './metrics-sink.ts';
import { createOutboxSink } from './outbox-sink.ts';
import { startWebhook } from './webhook.ts';

export interface ActivityDeps {
  readonly store: Pick<Store, 'audit' | 'outbox' | 'leases'>;
  /** Null for no webhook. Keys are in base64. */
  readonly webhook: {
    readonly url: string;
    readonly keys: readonly string[];
    readonly types: readonly ActivityType[];
  } | null;
  readonly outbound: Pick<Outbound, 'send'>;
  /** This process, for the lease. */
  readonly self: string;
  readonly now: () => number;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface ActivityFeed {
  readonly emit: Emit;
  readonly audit: Pick<Audit, 'newest'>;
  /** Stops deliveries and stores what is buffered. */
  close(): Promise<void>;
}

export function createActivity({ store, webhook, outbound, self, now, log, metrics }: ActivityDeps): ActivityFeed {
  const onError = (error: unknown) => {
    // The store logs its own outages.
    if (!(error instanceof StoreUnavailable)) log.error({ err: error }, 'activity event not stored');
  };
  const audit = createAudit({ store: store.audit, now, onError });
  const sinks: Sink[] = [logSink(log), metricsSink(metrics), audit.sink];
  const { outbox, leases } = store;
  const outboxSink = webhook && createOutboxSink({ outbox, types: webhook.types, now, log, metrics, onError });
  if (outboxSink) sinks.push(outboxSink.sink);
  const delivery = webhook && startWebhook({ ...webhook, outbox, leases, outbound, self, now, log, metrics });

  return {
    emit: createFeed(sinks, now),
    audit,
    async close() {
      await delivery?.stop();
      await outboxSink?.close();
      await audit.close();
    },
  };
}
