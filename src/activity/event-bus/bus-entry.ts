import type { Activity, ActivityType } from '#waiting-room/activity.ts';
import { awsEventOf, type BusEvent } from './aws-event.ts';

/** An event of the bus on its way: what PutEvents gets but the name of the bus. Its JSON is stored. */
export interface BusEntry extends BusEvent {
  /** ISO 8601. */
  readonly time: string;
}

/** PutEvents refuses an entry that is larger, in bytes. One operator's action with the settings of a room may be. */
const LARGEST = 200_000;

/** The events of the bus that an activity event becomes: AWS's, then ours. @param eventId null in a room without `aws` */
export function busEntriesOf(
  activity: Activity,
  eventId: string | null,
  wanted: ReadonlySet<ActivityType>,
): readonly BusEntry[] {
  const { type, time } = activity;
  const aws = eventId === null ? null : awsEventOf(activity, eventId);
  return [
    ...(aws ? [{ ...aws, time }] : []),
    ...(wanted.has(type) ? [{ type, time, detail: withinLimit(activity) }] : []),
  ];
}

function withinLimit(activity: Activity): object {
  if (Buffer.byteLength(JSON.stringify(activity)) <= LARGEST) return activity;
  return 'detail' in activity ? { ...activity, detail: 'too long for the event bus' } : activity;
}
