/** A running service: opens the store, starts the app and the clock, and is ready once the settings are applied. */
import { randomUUID } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { createActivity } from '#activity/index.ts';
import type { Config } from '#config/config.ts';
import { createOutbound } from '#outbound/index.ts';
import type { FileSettings } from '#settings/file.ts';
import { targetsOfRelyingParty, targetsOfRoom } from '#settings/targets.ts';
import { openStore } from '#store/compose.ts';
import { createLog } from '#telemetry/log.ts';
import { createMetrics } from '#telemetry/metrics.ts';
import { countStoreErrors } from '#telemetry/store-errors.ts';
import { createApp } from './app.ts';
import { applySettings } from './apply-settings.ts';
import { createClockComparison } from './clock/clock-comparison.ts';
import { startClock } from './clock/index.ts';
import { createOriginHealth } from './clock/origin-health.ts';

export interface Service {
  /** Answers requests at once. /readyz answers 503 until `started`, and after `drain`. */
  readonly listener: RequestListener;
  /** Resolves when the settings are applied and the clock ticks. Waits for an unavailable store. */
  readonly started: Promise<void>;
  /** Makes /readyz answer 503, and each answer close its connection. */
  drain(): void;
  /** To be called after the last request: flushes buffers, releases the clock's lease and closes the store. */
  close(): Promise<void>;
}

/** Rejects if the embedded store cannot be opened, or the DynamoDB table cannot be used. Waits for an unavailable store. */
export async function openService(config: Config, settings: FileSettings | null): Promise<Service> {
  const log = createLog({ level: config.logLevel });
  const metrics = createMetrics();
  const now = Date.now;
  const { redisUrl, dynamodb, dataDir } = config;
  const opened = await openStore({ redisUrl, dynamodb, dataDir, now, log, onKeysLost: metrics.keysLost });
  const store = countStoreErrors(opened, metrics);

  const self = randomUUID();
  const outbound = createOutbound({
    allowPrivateTargets: config.allowPrivateTargets,
    trusted: [
      ...(settings?.rooms ?? []).flatMap(targetsOfRoom).map(({ url }) => url),
      ...(settings?.relyingParties ?? []).flatMap(targetsOfRelyingParty).map(({ url }) => url),
      ...(config.webhook ? [config.webhook.url] : []),
      ...(config.sns.endpoint === null ? [] : [config.sns.endpoint]),
    ],
  });
  const eventBus = config.eventBus && {
    putEvents: (await import('#activity/event-bus/put-events.ts')).createPutEvents(config.eventBus.bus),
    types: config.eventBus.types,
  };
  const activity = createActivity({ store, webhook: config.webhook, eventBus, outbound, self, now, log, metrics });

  let ready = false;
  const stopping = new AbortController();
  const draining = () => stopping.signal.aborted || !ready;
  const app = createApp({
    config,
    store,
    log,
    metrics,
    outbound,
    now,
    emit: activity.emit,
    audit: activity.audit,
    draining,
  });
  const { listener, waitingRoom, logoutQueue, backchannel, failures, signingKeys } = app;
  const { operations, advance, flush, signal } = waitingRoom;
  const { leases, idempotency } = store;
  // Until the clock learns from the other processes since when heartbeats arrive.
  advance.heartbeatsContinuousSince(now());

  const tickFailed = (error: unknown) => log.warn({ err: error }, 'clock tick failed');
  const started = applySettings(settings, {
    operations,
    appliedFile: store.appliedFile,
    leases,
    audit: activity.audit,
    log,
    issuer: config.issuer,
    revision: config.configRevision,
    isShared: redisUrl !== null,
    signal: stopping.signal,
  }).then(async () => {
    // The keys of the file sign until the clock looks again.
    await signingKeys.look().catch(tickFailed);
    ready = true;
    return startClock({
      advance,
      async flush() {
        failures.flush();
        await flush();
      },
      originHealth: createOriginHealth({ rooms: operations.rooms, signal, outbound, now, log, onError: tickFailed }),
      notify: backchannel.look,
      lookAtKeys: signingKeys.look,
      compareClocks: createClockComparison({ clocks: store.clocks, self, now, log, metrics }),
      leases,
      idempotency,
      self,
      now,
      onError: tickFailed,
    });
  });

  return {
    listener,
    started: started.then(() => undefined),
    drain: () => stopping.abort(),
    async close() {
      stopping.abort();
      await (await started).stop();
      await logoutQueue.settled();
      await backchannel.stop();
      failures.flushAll();
      await activity.close();
      await store.close();
    },
  };
}
