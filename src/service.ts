/** A running service: the app on its store, with its clock ticking, ready once the settings are applied. */
import { randomUUID } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { createActivity } from '#activity/index.ts';
import type { Config } from '#config/config.ts';
import type { FileSettings } from '#settings/file.ts';
import { openStore } from '#store/compose.ts';
import { createLog } from '#telemetry/log.ts';
import { createMetrics } from '#telemetry/metrics.ts';
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
  const activity = createActivity({ store, webhook: config.webhook, self, now, log, metrics });

  let ready = false;
  const stopping = new AbortController();
  const draining = () => stopping.signal.aborted || !ready;
  const app = createApp({ config, store, log, metrics, now, emit: activity.emit, audit: activity.audit, draining });
  const { listener, waitingRoom, logoutQueue, backchannel } = app;
  const { operations, advance, flush, signal } = waitingRoom;
  const { leases, idempotency } = store;
  // Nobody was heard before this; how long ago somebody was, the clock finds out.
  advance.heartbeatsContinuousSince(now());

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
      await activity.close();
      await store.close();
    },
  };
}
