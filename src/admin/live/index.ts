/**
 * What operators watch: server-sent events with the counters of rooms and the activity in them. It owns the streams and
 * their limits. What is in an event is decided in `waiting-room/room-report.ts`. It imports what `src/admin` may.
 */
import { z } from 'zod';
import type { Route } from '#http/guard.ts';
import { route } from '#http/guard.ts';
import { Problem } from '#http/problem.ts';
import { ROOM_ALERTS, SERVICE_ALERTS } from '#waiting-room/alerts.ts';
import { HOLD_UP_CODES } from '#waiting-room/hold-up.ts';
import { count, counters } from '../line.ts';
import { sessionCheck } from '../operator-of.ts';
import { inRoom } from '../rooms.ts';
import { createHub, type HubDeps } from './hub.ts';

const time = z.iso.datetime();

const report = z
  .object({
    room: z.string(),
    mode: z.enum(['queue', 'passthrough', 'paused', 'closed']),
    counters,
    inlet: z.string().describe('The strategy.'),
    alarm: z.boolean(),
    size: count('Null: no limit.').nullable(),
    inside: count('Visitors inside.'),
    held: count('Places held for served visitors who have not claimed yet.'),
    free: count('Places that are left. Null: no limit.').nullable(),
    let_in: z.object({
      last_minute: count('Admissions in the last minute.'),
      target_per_minute: z.number().nullable().describe('What the inlet aims at. Null: no such target.'),
      seconds_since_last: count('Since the last turn was given, or since this process has watched.'),
    }),
    held_up: z
      .object({ code: z.enum(HOLD_UP_CODES), until: time.nullable() })
      .nullable()
      .describe('Why nobody is let in at this moment. Null: nothing keeps the next visitor out.'),
    newcomers_wait: z
      .object({ low: z.number(), high: z.number() })
      .nullable()
      .describe('What a newcomer would wait, in seconds. Null: unknown.'),
    reached: z.object({
      turns: count('How many turns ended, of the latest 100.'),
      share: z.number().min(0).max(1).nullable().describe('The share of them whose visitors reached the site.'),
    }),
    event: z.object({ id: z.string(), start: time, end: time.nullable() }).nullable(),
    alerts: z
      .array(z.object({ alert: z.enum([...ROOM_ALERTS, ...SERVICE_ALERTS]), since: time }))
      .describe('What is raised of the room and of the process.'),
    updated_at: time,
  })
  .meta({ id: 'RoomReport' });

/** The events of a stream, for OpenAPI: each `data` is JSON. */
const events = z
  .object({
    counters: report.describe('The room, each second. With all rooms only those that changed.'),
    activity: z
      .record(z.string(), z.unknown())
      .describe('An activity event of the room or of an operator, as in docs/events.md. Visitors have none here.'),
    current: z.object({ updated_at: time }).describe('With all rooms: what was sent before is the newest.'),
    missed: z.object({ events: z.int() }).describe('So many activity events were left out for a slow client.'),
    unavailable: z.object({ code: z.string(), at: time }).describe('There are no new counters.'),
    closed: z
      .object({ reason: z.enum(['shutting_down', 'room_deleted', 'session_ended']) })
      .describe('The stream ends. After `shutting_down`, reconnect.'),
  })
  .partial()
  .meta({ id: 'LiveEvents' });

const stream = {
  description: 'Server-sent events: of each type, its data',
  schema: events,
  mediaType: 'text/event-stream',
};
/** nginx would keep events back. */
const headers = { 'X-Accel-Buffering': 'no' };

export function liveRoutes(deps: HubDeps): Route[] {
  const hub = createHub(deps);

  function refuseMore(): void {
    if (deps.draining()) throw new Problem('draining');
    if (!hub.hasRoom()) throw new Problem('too_many_streams');
  }

  return [
    route({
      method: 'get',
      path: '/rooms/:room/live',
      operationId: 'watchRoom',
      role: 'viewer',
      summary: 'Watch a room: its counters each second, and its activity',
      params: inRoom,
      response: { 200: stream },
      problems: ['room_not_found', 'too_many_streams', 'draining'],
      async handle({ params, ctx }) {
        refuseMore();
        await deps.snapshots.get(params.room);
        const isAllowed = sessionCheck(ctx);
        return { status: 200, headers, stream: (res) => hub.open(res, { room: params.room, isAllowed }) };
      },
    }),
    route({
      method: 'get',
      path: '/live',
      operationId: 'watchRooms',
      role: 'viewer',
      summary: 'Watch all rooms: the counters of those that change, and all activity',
      response: { 200: stream },
      problems: ['too_many_streams', 'draining'],
      async handle({ ctx }) {
        refuseMore();
        const isAllowed = sessionCheck(ctx);
        return { status: 200, headers, stream: (res) => hub.open(res, { room: null, isAllowed }) };
      },
    }),
  ];
}
