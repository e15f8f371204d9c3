import { addCounts, type MetricsSnapshot, mergeMetrics } from '#telemetry/merge-metrics.ts';
import type { ToWorker } from './messages.ts';

/** How long a worker may take to measure, in ms. Of one that is busy the last measurement counts. */
const PATIENCE = 1000;

export interface MeasuredWorker {
  readonly id: number;
  send(message: ToWorker): void;
}

export interface GatherMetrics {
  /** Measures the workers and answers the metrics of all, as Prometheus reads them. */
  gather(workers: readonly MeasuredWorker[]): Promise<string>;
  /** A worker has measured. */
  measured(worker: number, id: number, snapshot: MetricsSnapshot): void;
  /** A worker has ended. What it counted stays in the sums, since a counter must not fall. */
  ended(worker: number): void;
}

export function createGatherMetrics(): GatherMetrics {
  const latest = new Map<number, MetricsSnapshot>();
  let former: MetricsSnapshot = [];
  let lastId = 0;
  const waiting = new Map<number, { readonly missing: Set<number>; done(): void }>();

  function isNoLongerMissing(worker: number, id: number): void {
    const { missing, done } = waiting.get(id) ?? {};
    if (missing?.delete(worker) && missing.size === 0) done?.();
  }

  return {
    async gather(workers) {
      const id = ++lastId;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, PATIENCE);
        const done = () => {
          clearTimeout(timer);
          resolve();
        };
        waiting.set(id, { missing: new Set(workers.map((worker) => worker.id)), done });
        for (const worker of workers) worker.send({ kind: 'measure', id });
      });
      waiting.delete(id);
      return mergeMetrics([former, ...latest.values()]).metrics();
    },
    measured(worker, id, snapshot) {
      latest.set(worker, snapshot);
      isNoLongerMissing(worker, id);
    },
    ended(worker) {
      former = addCounts(former, latest.get(worker) ?? []);
      latest.delete(worker);
      for (const id of [...waiting.keys()]) isNoLongerMissing(worker, id);
    },
  };
}
