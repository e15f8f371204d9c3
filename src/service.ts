/** A running service: the app on its store, with its clock ticking, ready once the settings are applied. */
import { randomUUID } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { createFeed } from '#activity/feed.ts';
import { logSink } from '#activity/log-sink.ts';
import type { Config } from '#config/config.ts';
import type { FileSettings } from '#settings/file.ts';
import { openEmbeddedStore } from '#store/embedded/index.ts';
import { openRedisStore } from '#store/redis/index.ts';
import { createLog } from '#telemetry/log.ts';
import { createMetrics } from '#telemetry/metrics.ts';
import { createApp } from './app.ts';
import { applySettings } from './apply-settings.ts';
import { startClock } from './clock/index.ts';

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
  const store =
    redisUrl === null
      ? await openEmbeddedStore({ dir: dataDir, now, log })
      : await openRedisStore({ url: redisUrl, log });

  const tell = createFeed([logSink(log)], now);

  let ready = false;
  const stopping = new AbortController();
  const draining = () => stopping.signal.aborted || !ready;
  const { listener, waitingRoom } = createApp({ config, store, log, metrics, now, tell, draining });
  const { operations, advance, flush } = waitingRoom;

  const started = applySettings(settings, { operations, log, signal: stopping.signal }).then(() => {
    ready = true;
    return startClock({
      advance,
      flush,
      coordination: store.coordination,
      self: randomUUID(),
      onError: (error) => log.warn({ err: error }, 'a tick failed; the next one tries again'),
    });
  });

  return {
    listener,
    started: started.then(() => undefined),
    drain: () => stopping.abort(),
    async close() {
      stopping.abort();
      await (await started).stop();
      await store.close();
    },
  };
}
