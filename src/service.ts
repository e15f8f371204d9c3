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
import { createMetrics, type Metrics } from '#telemetry/metrics.ts';
import { countStoreErrors } from '#telemetry/store-errors.ts';
import { SERVICE_ALERTS } from '#waiting-room/alerts.ts';
import { createServiceAlerts } from '#waiting-room/service-alerts.ts';
import { createApp } from './app.ts';
import { applySettings } from './apply-settings.ts';
import { createClockComparison } from './clock/clock-comparison.ts';
import { startClock } from './clock/index.ts';
import { createOriginHealth } from './clock/origin-health.ts';
import type { WorkerLink } from './workers/index.ts';

export interface Service {
  /** Answers requests at once. /readyz answers 503 until `started`, and after `drain`. */
  readonly listener: RequestListener;
  /** Resolves when the settings are applied and the clock ticks. Waits for an unavailable store. */
  readonly started: Promise<void>;
  /** A URL that signs in to the control panel, once, within ten minutes. */
  createSignInLink(): string;
  /** Makes /readyz answer 503, and each answer close its connection. */
  drain(): void;
  /** To be called after the last request: flushes buffers, releases the clock's lease and closes the store. */
  close(): Promise<void>;
}

/**
 * Rejects if the embedded store cannot be opened, or the DynamoDB table cannot be used. Waits for an unavailable store.
 *
 * @param link to the parent, if this process is one of several workers.
 */
export async function openService(
  config: Config,
  settings: FileSettings | null,
  link: Pick<WorkerLink, 'onMeasure' | 'gather'> | null = null,
): Promise<Service> {
  const log = createLog({ level: config.logLevel });
  const metrics = link ? withAllWorkers(createMetrics(), link) : createMetrics();
  const now = Date.now;
  const { redisUrl, dynamodb, issuer, dataDir } = config;
  const traces =
    config.traces &&
    (await (
      await import('#telemetry/traces.ts')
    ).createTraces(config.traces, {
      isBehindProxy: config.trustProxy !== 0,
      log,
    }));
  const opened = await openStore({ redisUrl, dynamodb, issuer, dataDir, now, log, onKeysLost: metrics.keysLost });
  const serviceAlerts = createServiceAlerts({ emit: (...event) => activity.emit(...event), now });
  metrics.watchAlerts(() => {
    const raised = serviceAlerts.raised();
    return new Map(SERVICE_ALERTS.map((alert) => [alert, raised[alert] !== undefined]));
  });
  const store = countStoreErrors(traces ? traces.traceStore(opened) : opened, {
    storeFailed(operation) {
      metrics.storeFailed(operation);
      serviceAlerts.storeFailed();
    },
  });

  const self = randomUUID();
  const outbound = createOutbound({
    allowPrivateTargets: config.allowPrivateTargets,
    trusted: [
      config.issuer,
      ...(settings?.rooms ?? []).flatMap(targetsOfRoom).map(({ url }) => url),
      ...(settings?.relyingParties ?? []).flatMap(targetsOfRelyingParty).map(({ url }) => url),
      ...(config.webhook ? [config.webhook.url] : []),
      ...(config.adminOidc ? [config.adminOidc.issuer] : []),
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
    subscribe: activity.subscribe,
    serviceAlerts,
    audit: activity.audit,
    draining,
  });
  const { listener, waitingRoom, logoutQueue, backchannel, notices, failures, signingKeys } = app;
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
    say: app.say,
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
        serviceAlerts.look();
        await flush();
      },
      originHealth: createOriginHealth({
        rooms: async () => advance.rooms(),
        signal,
        outbound,
        now,
        log,
        onError: tickFailed,
      }),
      async notify() {
        await backchannel.look();
        await notices.look();
      },
      lookAtKeys: signingKeys.look,
      compareClocks: createClockComparison({
        ...{ clocks: store.clocks, self, now, log },
        metrics: {
          clockSkewed(to, skew) {
            metrics.clockSkewed(to, skew);
            serviceAlerts.clockSkewed(to, skew);
          },
        },
      }),
      leases,
      idempotency,
      self,
      now,
      onError: tickFailed,
    });
  });

  return {
    listener: traces ? traces.traceRequests(listener) : listener,
    started: started.then(() => undefined),
    createSignInLink: app.createSignInLink,
    drain: () => stopping.abort(),
    async close() {
      stopping.abort();
      await (await started).stop();
      await logoutQueue.settled();
      await backchannel.stop();
      await notices.stop();
      failures.flushAll();
      await activity.close();
      await store.close();
      await traces?.close();
    },
  };
}

/** Any worker answers with the metrics of all. */
function withAllWorkers(metrics: Metrics, link: Pick<WorkerLink, 'onMeasure' | 'gather'>): Metrics {
  link.onMeasure(metrics.snapshot);
  const { expose } = metrics;
  return { ...metrics, expose: async () => ({ type: (await expose()).type, text: await link.gather() }) };
}
