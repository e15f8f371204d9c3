import type { Log } from '#telemetry/log.ts';
import type { ActivityType } from '#waiting-room/activity.ts';
import type { Sink } from './feed.ts';

/** Facts of single visitors: a million of them in a sale. */
const MANY: ReadonlySet<ActivityType> = new Set(['ticket.issued', 'ticket.claimed', 'session.updated']);

/** Every fact as a line of the log: those of single visitors at level debug, the rest, and all that operators do, at info. */
export function logSink(log: Pick<Log, 'info' | 'debug'>): Sink {
  return (activity) => {
    if (MANY.has(activity.type)) log.debug({ activity }, activity.type);
    else log.info({ activity }, activity.type);
  };
}
