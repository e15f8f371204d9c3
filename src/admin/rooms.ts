import { z } from 'zod';
import type { Route } from '#http/guard.ts';
import { invalid, route } from '#http/guard.ts';
import { withApiKey } from '#settings/aws.ts';
import { check } from '#settings/faults.ts';
import { roomId } from '#settings/fields.ts';
import { mergePatch } from '#settings/merge-patch.ts';
import { room, roomBody, roomForm, roomView, withTitle } from '#settings/room.ts';
import { targetsOfRoom } from '#settings/targets.ts';
import { hasLanes } from '#waiting-room/lanes.ts';
import type { RoomSettings } from '#waiting-room/room.ts';
import { withOwnSecrets } from '#waiting-room/room-secrets.ts';
import type { OperationsFor } from './operations-for.ts';
import { requireRole } from './operator-of.ts';
import type { EntityTags } from './preconditions.ts';
import { type TargetFault, targetFaults } from './target-faults.ts';

export const inRoom = z.object({ room: roomId });

/** What the role operator may patch: it pauses and closes rooms, and says why. */
const FOR_OPERATORS = ['mode', 'pause', 'closed_reason', 'message', 'stock'];

/** Who may change these settings of a room. */
export const roleFor = (fields: readonly string[]): 'operator' | 'owner' =>
  fields.every((field) => FOR_OPERATORS.includes(field)) ? 'operator' : 'owner';

const otherId = () => invalid([{ field: 'id', message: 'must be the id in the path, or be left out' }]);

export interface RoomRoutesDeps {
  readonly operationsFor: OperationsFor;
  readonly tags: EntityTags;
  readonly targetFault: TargetFault;
}

/** The settings of rooms. */
export function roomRoutes({ operationsFor, tags, targetFault }: RoomRoutesDeps): Route[] {
  /** Throws an `invalid_request` problem where a new setting leads to a target that is refused. */
  function withTargets(settings: RoomSettings, before: RoomSettings | null): RoomSettings {
    if (before?.group && hasLanes(settings)) {
      throw invalid([
        { field: 'lanes', message: `must be left out in a room of a group, which is ${before.group.id}` },
      ]);
    }
    const faults = targetFaults(targetFault, targetsOfRoom(settings), before ? targetsOfRoom(before) : []);
    if (faults.length > 0) throw invalid(faults);
    return settings;
  }

  return [
    route({
      method: 'get',
      path: '/rooms',
      operationId: 'listRooms',
      role: 'viewer',
      summary: 'List all rooms and their settings',
      response: { 200: { description: 'The rooms', schema: z.array(roomView) } },
      handle: async ({ ctx }) => ({ status: 200, body: await operationsFor(ctx).rooms() }),
    }),
    route({
      method: 'get',
      path: '/rooms/:room',
      operationId: 'getRoom',
      role: 'viewer',
      summary: "Get a room's settings",
      params: inRoom,
      versioned: true,
      response: { 200: { description: 'The settings', schema: roomView } },
      problems: ['room_not_found'],
      async handle({ params, ctx }) {
        const { value, revision } = await operationsFor(ctx).storedRoom(params.room);
        return { status: 200, body: value, headers: tags.header(revision) };
      },
    }),
    route({
      method: 'put',
      path: '/rooms/:room',
      operationId: 'putRoom',
      role: 'owner',
      summary: 'Create a room or replace all its settings. Its counters do not change.',
      params: inRoom,
      body: roomBody,
      versioned: true,
      response: {
        200: { description: 'The room existed: its new settings', schema: roomView },
        201: { description: 'The room is new: its settings', schema: roomView },
      },
      problems: ['event_has_entrants', 'lane_has_visitors', 'event_id_taken'],
      async handle({ params, body, ctx }) {
        if (body.id !== undefined && body.id !== params.room) throw otherId();
        const operations = operationsFor(ctx);
        const before = (await operations.rooms()).find(({ id }) => id === params.room) ?? null;
        const named = withOwnSecrets(withApiKey(withTitle(params.room, body), before), before);
        const settings = withTargets(withWayIntoLanes(complete(named), before), before);
        const { isNew, revision } = await operations.putRoom(settings, tags.precondition(ctx));
        return { status: isNew ? 201 : 200, body: settings, headers: tags.header(revision) };
      },
    }),
    route({
      method: 'patch',
      path: '/rooms/:room',
      operationId: 'patchRoom',
      role: 'operator',
      summary:
        'Change some settings of a room by a merge patch (RFC 7396). null restores a default. An operator may change mode, pause, closed_reason, message and stock, an owner all.',
      params: inRoom,
      versioned: true,
      body: z.record(z.string(), z.unknown()).describe('Some of the fields of a Room.'),
      bodyTypes: ['application/merge-patch+json'],
      response: { 200: { description: 'All settings after the change', schema: roomView } },
      problems: ['room_not_found', 'event_has_entrants', 'lane_has_visitors', 'event_id_taken'],
      async handle({ params, body, ctx }) {
        requireRole(ctx, roleFor(Object.keys(body)));
        const { value, revision } = await operationsFor(ctx).changeRoom(
          params.room,
          (before) => withTargets(withWayIntoLanes(patch(before, body), before), before),
          tags.precondition(ctx),
        );
        return { status: 200, body: value, headers: tags.header(revision) };
      },
    }),
    route({
      method: 'delete',
      path: '/rooms/:room',
      operationId: 'deleteRoom',
      role: 'owner',
      summary: 'Delete a room with its line. All its tickets and admissions end.',
      params: inRoom,
      versioned: true,
      response: { 204: { description: 'The room is deleted' } },
      problems: ['room_not_found'],
      async handle({ params, ctx }) {
        await operationsFor(ctx).deleteRoom(params.room, tags.precondition(ctx));
        return { status: 204 };
      },
    }),
  ];
}

/** Throws an `invalid_request` problem where passes or tokens could not be verified. */
function complete(settings: RoomSettings): RoomSettings {
  const { passes, challenge } = settings;
  if (typeof challenge === 'object' && !challenge.secret) {
    throw invalid([{ field: 'challenge.secret', message: 'is required' }]);
  }
  if (!passes || passes.jwks_uri || passes.secret) return settings;
  throw invalid([{ field: 'passes.secret', message: 'is required, or else jwks_uri' }]);
}

/** Throws an `invalid_request` problem where passes are removed from a room with lanes: nobody could enter these. */
function withWayIntoLanes(settings: RoomSettings, before: RoomSettings | null): RoomSettings {
  if (!before?.passes || settings.passes || !hasLanes(settings)) return settings;
  throw invalid([{ field: 'passes', message: 'must stay while the room has lanes: only passes lead into them' }]);
}

/** Throws an `invalid_request` problem where the result is not a room. */
function patch(before: RoomSettings, change: unknown): RoomSettings {
  const patched = check(room, mergePatch(roomForm(before), change));
  if (!patched.ok) throw invalid(patched.faults);
  if (patched.value.id !== before.id) throw otherId();
  return patched.value;
}
