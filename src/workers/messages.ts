import type { MetricsSnapshot } from '#telemetry/merge-metrics.ts';

/** From a worker to its parent. */
export type ToParent =
  /** It listens. */
  | { readonly kind: 'listening' }
  /** The settings are applied. */
  | { readonly kind: 'started' }
  /** Somebody requests the metrics of all workers. */
  | { readonly kind: 'gather'; readonly id: number }
  | { readonly kind: 'metrics'; readonly id: number; readonly snapshot: MetricsSnapshot };

/** From the parent to a worker. */
export type ToWorker =
  | { readonly kind: 'stop'; readonly drainDelay: number }
  | { readonly kind: 'measure'; readonly id: number }
  | { readonly kind: 'gathered'; readonly id: number; readonly text: string };
