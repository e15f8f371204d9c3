import type { Metrics } from '#telemetry/metrics.ts';
import type { Sink } from './feed.ts';

/** Counts what happens. What is refused is no fact: `visits.ts` of the telemetry counts that. */
export function metricsSink(metrics: Pick<Metrics, 'happened' | 'joined' | 'claimed'>): Sink {
  return (activity) => {
    metrics.happened(activity.type);
    if (activity.type === 'ticket.issued') metrics.joined(activity.room, activity.admitted ? 'admitted' : 'waiting');
    if (activity.type === 'ticket.claimed') metrics.claimed(activity.room, 'admitted');
  };
}
