import { z } from 'zod';
import type { Route } from '#http/guard.ts';
import { invalid, route } from '#http/guard.ts';
import { check } from '#settings/faults.ts';
import { fields, roomId } from '#settings/fields.ts';
import { room, roomView } from '#settings/room.ts';
import { time } from '#settings/time.ts';
import type { RoomEvent, RoomSettings } from '#waiting-room/room.ts';
import type { OperationsFor } from './operations-for.ts';
import type { EntityTags } from './preconditions.ts';
import { inRoom } from './rooms.ts';

const ofEvent = inRoom.extend({ event: roomId });

/** What an operator does with an event that visitors wait for. */
export function eventRoutes(operationsFor: OperationsFor, tags: EntityTags): Route[] {
  return [
    route({
      method: 'post',
      path: '/rooms/:room/events/:event/postpone',
      operationId: 'postponeEvent',
      role: 'owner',
      summary: 'Move the start of an event to a later time. Its entrants keep their places.',
      params: ofEvent,
      versioned: true,
      idempotent: true,
      body: fields({ start: time.describe('The new start.') }).meta({ id: 'Postponement' }),
      response: { 200: { description: 'All settings of the room after the change', schema: roomView } },
      problems: ['room_not_found', 'event_not_found', 'event_started'],
      async handle({ params, body, ctx }) {
        const { value, revision } = await operationsFor(ctx).postponeEvent(
          params.room,
          params.event,
          body.start,
          (settings, event) => acceptStart(settings, event, body.start),
          tags.precondition(ctx),
        );
        return { status: 200, body: value, headers: tags.header(revision) };
      },
    }),
    route({
      method: 'post',
      path: '/rooms/:room/events/:event/cancel',
      operationId: 'cancelEvent',
      role: 'owner',
      summary: 'Cancel an event before its start. Its entrants get numbers, or none.',
      params: ofEvent,
      versioned: true,
      idempotent: true,
      body: fields({
        entrants: z
          .enum(['draw', 'release'])
          .describe('draw: the present entrants get numbers within seconds. release: they get none and may rejoin.'),
      }).meta({ id: 'Cancellation' }),
      response: { 200: { description: 'All settings of the room after the change', schema: roomView } },
      problems: ['room_not_found', 'event_not_found', 'event_started'],
      async handle({ params, body, ctx }) {
        const { value, revision } = await operationsFor(ctx).cancelEvent(
          params.room,
          params.event,
          body.entrants,
          tags.precondition(ctx),
        );
        return { status: 200, body: value, headers: tags.header(revision) };
      },
    }),
  ];
}

/** Throws an `invalid_request` problem for a start that is earlier, or that does not fit the room's settings. */
function acceptStart(settings: RoomSettings, event: RoomEvent, start: number): void {
  if (start < event.start) {
    const message = `must not be before ${new Date(event.start).toISOString()}, the current start. To move it forward, PATCH the room`;
    throw invalid([{ field: 'start', message }]);
  }
  const { events = [], ...rest } = z.encode(room, settings);
  const moved = events.map((each) => (each.id === event.id ? { ...each, start: new Date(start).toISOString() } : each));
  const checked = check(room, { ...rest, events: moved });
  if (!checked.ok) throw invalid(checked.faults);
}
