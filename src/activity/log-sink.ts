import type { Log } from '#telemetry/log.ts';
import { isVisitorEvent } from '#waiting-room/activity.ts';
import type { Sink } from './feed.ts';

/** Logs every event: those of single visitors at level debug, all others at info. */
export function logSink(log: Pick<Log, 'info' | 'debug'>): Sink {
  return (activity) => {
    if (isVisitorEvent(activity.type)) log.debug({ activity }, activity.type);
    else log.info({ activity }, activity.type);
  };
}
