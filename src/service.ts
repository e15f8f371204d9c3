/** A running service: the app on its store, with its clock ticking, ready once the settings are applied. */
import { randomUUID } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { createAudit } from '#activity/audit-sink.ts';
import { createFeed, type Sink } from '#activity/feed.ts';
import { logSink } from '#activity/log-sink.ts';
import { metricsSink } from '#activity/metrics-sink.ts';
import { createOutboxSink } from '#activity/outbox-sink.ts';
import { startWebhook } from '#activity/webhook.ts';
import type { Config } from '#config/config.ts';
import type { FileSettings } from '#settings/file.ts';
import { openStore } from '#store/compose.ts';
import { createLog } from '#telemetry/log.ts';
import { createMetrics } from '#telemetry/metrics.ts';
import { StoreUnavailable } from '#waiting-room/errors.ts';
import { createApp } from './app.ts';
import { applySettings } from './apply-settings.ts';
import { startClock } from './clock/index.ts';
import { createOrigins } from './clock/origin-health.ts';

export interface Service {
  /** Answers from the start; until `started` and after `drain`, /readyz says that it is not ready. */
  readonly listener: RequestListener;
  /** Resolves once the settings are applied and the clock ticks; waits for a store that is away. */
  readonly started: Promise<void>;
  /** From now on /readyz is 503 and answers close their connections. */
  drain(): void;
  /** After the last request: flushes, hands the clock over, closes the store. */
  close(): Promise<void>;
}

/** Rejects when the embedded store cannot be opened; a Redis that is away is waited for. */
export async function openService(config: Config, settings: FileSettings | null): Promise<Service> {
  const log = createLog({ level: config.logLevel });
  const metrics = createMetrics();
  const now = Date.now;
  const { redisUrl, dataDir } = config;
  const store = await openStore({ redisUrl, dataDir, now, log });

  const self = randomUUID();
  // That the store is away is told by the store.
  const onError = (error: unknown) => {
    if (!(error instanceof StoreUnavailable)) log.error({ err: error }, 'something that happened was not kept');
  };
  const audit = createAudit({ store: store.audit, now, onError });
  const { webhook } = config;
  const outbox =
    webhook && createOutboxSink({ outbox: store.outbox, types: webhook.types, now, log, metrics, onError });
  const sinks: Sink[] = [logSink(log), metricsSink(metrics), audit.sink, ...(outbox ? [outbox.sink] : [])];
  const emit = createFeed(sinks, now);

  let ready = false;
  const stopping = new AbortController();
  const draining = () => stopping.signal.aborted || !ready;
  const app = createApp({ config, store, log, metrics, now, emit, audit, draining });
  const { listener, waitingRoom, logoutQueue, backchannel } = app;
  const { operations, advance, flush, signal } = waitingRoom;
  const { leases, idempotency } = store;
  // Nobody was heard before this; how long ago somebody was, the clock finds out.
  advance.heartbeatsContinuousSince(now());
  const delivery = webhook && startWebhook({ ...webhook, outbox: store.outbox, leases, self, now, log, metrics });

  const tickFailed = (error: unknown) => log.warn({ err: error }, 'a tick failed; the next one tries again');
  const started = applySettings(settings, { operations, log, issuer: config.issuer, signal: stopping.signal }).then(
    () => {
      ready = true;
      return startClock({
        advance,
        flush,
        origins: createOrigins({ rooms: operations.rooms, signal, now, log, onError: tickFailed }),
        tell: backchannel.look,
        leases,
        idempotency,
        self,
        now,
        onError: tickFailed,
      });
    },
  );

  return {
    listener,
    started: started.then(() => undefined),
    drain: () => stopping.abort(),
    async close() {
      stopping.abort();
      await (await started).stop();
      await logoutQueue.settled();
      await backchannel.stop();
      await delivery?.stop();
      await outbox?.close();
      await audit.close();
      await store.close();
    },
  };
}
