import type { Log } from '#telemetry/log.ts';
import { isVisitorEvent } from '#waiting-room/activity.ts';
import type { Sink } from './feed.ts';

/** Every fact as a line of the log: those of single visitors at level debug, the rest, and all that operators do, at info. */
export function logSink(log: Pick<Log, 'info' | 'debug'>): Sink {
  return (activity) => {
    if (isVisitorEvent(activity.type)) log.debug({ activity }, activity.type);
    else log.info({ activity }, activity.type);
  };
}
