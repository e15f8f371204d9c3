/** Adds up the metrics of several processes. Each metric says how: counters by their sum, gauges of rooms by the most. */
import { AggregatorRegistry, type Registry } from 'prom-client';

/** The metrics of a process as plain values. */
export type MetricsSnapshot = readonly MeasuredMetric[];

interface MeasuredMetric {
  readonly name: string;
  readonly type: unknown;
  readonly aggregator?: unknown;
  readonly values?: readonly unknown[];
}

export function mergeMetrics(snapshots: readonly MetricsSnapshot[]): Pick<Registry, 'metrics' | 'getMetricsAsArray'> {
  return AggregatorRegistry.aggregate(snapshots as unknown as object[]);
}

/** The sums of what is counted. Gauges are left out: they say how it is now. */
export function addCounts(...snapshots: readonly MetricsSnapshot[]): MetricsSnapshot {
  const counts = snapshots.map((snapshot) => snapshot.filter(({ type }) => COUNTS.has(`${type}`)));
  return mergeMetrics(counts).getMetricsAsArray();
}

const COUNTS: ReadonlySet<string> = new Set(['counter', 'histogram']);
