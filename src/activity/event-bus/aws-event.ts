/**
 * The four events of AWS's Virtual Waiting Room, with its fields and no others: rules and targets of the old bus go on
 * working. They are those of rooms with `aws`.
 */
import type { Activity, ActivityType } from '#waiting-room/activity.ts';
import { RAISED_ON_EXPIRY } from '#waiting-room/inlets/raise-on-expiry.ts';

/** What an event of the bus says. */
export interface BusEvent {
  readonly type: string;
  readonly detail: object;
}

/** The types of activity events that an event of AWS's is made of. */
export const AWS_SOURCES: ReadonlySet<ActivityType> = new Set<ActivityType>([
  'ticket.claimed',
  'admission.ended',
  'counter.raised',
  'room.metrics',
]);

/** AWS's event of an activity event, or null. @param event_id the room's name for AWS's clients */
export function awsEventOf(activity: Activity, event_id: string): BusEvent | null {
  switch (activity.type) {
    case 'ticket.claimed':
      return { type: 'token_generated', detail: { event_id, request_id: activity.sub } };
    case 'admission.ended': {
      const { sub, reason } = activity;
      if (sub === null || (reason !== 'completed' && reason !== 'abandoned')) return null;
      return { type: 'session_updated', detail: { event_id, request_id: sub, status: reason } };
    }
    case 'counter.raised': {
      const { by, from, to } = activity;
      if (by !== RAISED_ON_EXPIRY) return null;
      const detail = {
        previous_serving_counter_position: from,
        increment_by: to - from,
        current_serving_counter_position: to,
      };
      return { type: 'automatic_serving_counter_incr', detail };
    }
    case 'room.metrics': {
      const { active, claimed, queue, serving, completed, abandoned } = activity.counters;
      const detail = {
        event_id,
        num_active_tokens: active,
        total_num_tokens: String(claimed),
        queue_counter: String(queue),
        serving_number: String(serving),
        completed_sessions: String(completed),
        abandoned_sessions: String(abandoned),
      };
      return { type: 'waiting_room_metrics', detail };
    }
    default:
      return null;
  }
}
