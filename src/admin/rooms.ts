import { z } from 'zod';
import type { Route } from '#http/guard.ts';
import { invalid, route } from '#http/guard.ts';
import { check } from '#settings/faults.ts';
import { roomId } from '#settings/fields.ts';
import { mergePatch } from '#settings/merge-patch.ts';
import { room, roomBody, withTitle } from '#settings/room.ts';
import type { OperationsFor } from './operations-for.ts';

export const inRoom = z.object({ room: roomId });

const otherId = () => invalid([{ field: 'id', message: 'must be the id in the path, or be left out' }]);

/** The settings of rooms. */
export function roomRoutes(operationsFor: OperationsFor): Route[] {
  return [
    route({
      method: 'get',
      path: '/rooms',
      operationId: 'listRooms',
      summary: 'All rooms and their settings',
      response: { 200: { description: 'The rooms', schema: z.array(room) } },
      handle: async ({ ctx }) => ({ status: 200, body: await operationsFor(ctx).rooms() }),
    }),
    route({
      method: 'get',
      path: '/rooms/:room',
      operationId: 'getRoom',
      summary: "A room's settings",
      params: inRoom,
      response: { 200: { description: 'The settings', schema: room } },
      problems: ['room_not_found'],
      handle: async ({ params, ctx }) => ({ status: 200, body: await operationsFor(ctx).room(params.room) }),
    }),
    route({
      method: 'put',
      path: '/rooms/:room',
      operationId: 'putRoom',
      summary: 'Make a room, or set all its settings; its counters are not touched',
      params: inRoom,
      body: roomBody,
      response: {
        200: { description: 'It was there before', schema: room },
        201: { description: 'It is new', schema: room },
      },
      async handle({ params, body, ctx }) {
        if (body.id !== undefined && body.id !== params.room) throw otherId();
        const settings = withTitle(params.room, body);
        const isNew = await operationsFor(ctx).putRoom(settings);
        return { status: isNew ? 201 : 200, body: settings };
      },
    }),
    route({
      method: 'patch',
      path: '/rooms/:room',
      operationId: 'patchRoom',
      summary: 'Change some settings: what is given is merged in (RFC 7396), null brings back a default',
      params: inRoom,
      body: z.record(z.string(), z.unknown()).describe('Some of the fields of a Room.'),
      bodyTypes: ['application/merge-patch+json'],
      response: { 200: { description: 'All settings, as they are now', schema: room } },
      problems: ['room_not_found'],
      async handle({ params, body, ctx }) {
        const before = await operationsFor(ctx).room(params.room);
        const patched = check(room, mergePatch(z.encode(room, before), body));
        if (!patched.ok) throw invalid(patched.faults);
        if (patched.value.id !== params.room) throw otherId();
        await operationsFor(ctx).putRoom(patched.value);
        return { status: 200, body: patched.value };
      },
    }),
    route({
      method: 'delete',
      path: '/rooms/:room',
      operationId: 'deleteRoom',
      summary: 'Take a room away, with its line and everybody in it',
      params: inRoom,
      response: { 204: { description: 'It is gone' } },
      problems: ['room_not_found'],
      async handle({ params, ctx }) {
        await operationsFor(ctx).deleteRoom(params.room);
        return { status: 204 };
      },
    }),
  ];
}
