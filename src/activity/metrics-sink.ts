import type { Metrics } from '#telemetry/metrics.ts';
import type { Sink } from './feed.ts';

/** Counts events. Refused requests cause no event; `telemetry/visits.ts` counts them. */
export function metricsSink(metrics: Pick<Metrics, 'happened' | 'joined' | 'claimed'>): Sink {
  return (activity) => {
    metrics.happened(activity.type);
    if (activity.type === 'ticket.issued') metrics.joined(activity.room, activity.admitted ? 'admitted' : 'waiting');
    if (activity.type === 'ticket.claimed') metrics.claimed(activity.room, 'admitted');
  };
}
