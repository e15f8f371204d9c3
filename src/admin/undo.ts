import { z } from 'zod';
import type { Route } from '#http/guard.ts';
import { invalid, route } from '#http/guard.ts';
import { fields } from '#settings/fields.ts';
import { roomView } from '#settings/room.ts';
import { targetsOfRoom } from '#settings/targets.ts';
import type { RoomSettings } from '#waiting-room/room.ts';
import { isSameJson } from '#waiting-room/same-json.ts';
import type { UndoableAction, UndoableChange, UndoableRaise } from '#waiting-room/undo-operations.ts';
import { count } from './line.ts';
import type { OperationsFor } from './operations-for.ts';
import { requireRole } from './operator-of.ts';
import { inRoom, roleFor } from './rooms.ts';
import { type TargetFault, targetFaults } from './target-faults.ts';

const deed = {
  id: z.string().describe('Names the action, to undo it and no other.'),
  by: z.string().describe('Who did it.'),
  at: z.iso.datetime(),
  role: z.enum(['operator', 'owner']).describe('The least role that may undo it.'),
};

const values = z.record(z.string(), z.unknown());

const action = z
  .discriminatedUnion('action', [
    z.object({
      action: z.literal('settings'),
      ...deed,
      fields: z.array(z.string()).describe('The settings that would change.'),
      from: values.describe('What they are: null where one is not set. A theme and secrets are left out.'),
      to: values.describe('What undoing makes them.'),
    }),
    z.object({
      action: z.literal('raise'),
      ...deed,
      raised_by: z.int().describe('By how much the raise moved the serving counter.'),
      unclaimed: count('Turns that it gave, and places for newcomers, that nobody has claimed.'),
      lowers_by: count('By how much undoing lowers the serving counter.'),
    }),
  ])
  .meta({ id: 'UndoableAction' });

const undoable = z
  .object({ last: action.nullable().describe('null: nothing can be undone at this moment.') })
  .meta({ id: 'Undoable' });

const undone = z.object({ undone: action }).meta({ id: 'Undone' });

export interface UndoRoutesDeps {
  readonly operationsFor: OperationsFor;
  readonly targetFault: TargetFault;
}

/** Undoing the latest action in a room. */
export function undoRoutes({ operationsFor, targetFault }: UndoRoutesDeps): Route[] {
  /** Throws an `invalid_request` problem where an earlier setting leads to a target that is refused by now. */
  function checkTargets({ before, after }: UndoableChange): void {
    const faults = targetFaults(targetFault, targetsOfRoom(before), targetsOfRoom(after));
    if (faults.length > 0) throw invalid(faults);
  }

  return [
    route({
      method: 'get',
      path: '/rooms/:room/undo',
      operationId: 'getUndoable',
      role: 'viewer',
      summary: 'Get the latest action in a room that can be undone, and what that would do now',
      params: inRoom,
      response: { 200: { description: 'The action', schema: undoable } },
      problems: ['room_not_found'],
      async handle({ params, ctx }) {
        const last = await operationsFor(ctx).undoable(params.room);
        return { status: 200, body: { last: last && shown(last) } };
      },
    }),
    route({
      method: 'post',
      path: '/rooms/:room/undo',
      operationId: 'undo',
      role: 'operator',
      summary:
        'Undo the latest action in a room: a change of its settings, or a raise. Settings that only an owner may change need the role owner.',
      params: inRoom,
      body: fields({ id: z.string().min(1).max(100).describe('The id of the action, as GET answers it.') }).meta({
        id: 'Undo',
      }),
      idempotent: true,
      response: { 200: { description: 'What was undone', schema: undone } },
      problems: [
        ...(['room_not_found', 'nothing_to_undo', 'undo_stale'] as const),
        ...(['event_has_entrants', 'lane_has_visitors', 'event_id_taken'] as const),
      ],
      async handle({ params, body, ctx }) {
        const done = await operationsFor(ctx).undo(params.room, body.id, (last) => {
          requireRole(ctx, shown(last).role);
          if (last.action === 'settings') checkTargets(last);
        });
        return { status: 200, body: { undone: shown(done) } };
      },
    }),
  ];
}

/** Settings that answers show in part, or not at all. */
const WITH_SECRETS = ['passes', 'challenge', 'aws'] as const satisfies readonly (keyof RoomSettings)[];

function shown(action: UndoableAction) {
  return action.action === 'settings' ? shownChange(action) : shownRaise(action);
}

const shownRaise = ({ action, id, by, at, raisedBy, unclaimed, lowersBy }: UndoableRaise) => ({
  ...{ action, id, by, at, role: 'operator' as const },
  ...{ raised_by: raisedBy, unclaimed, lowers_by: lowersBy },
});

function shownChange({ action, id, by, at, before, after }: UndoableChange) {
  const [to, from] = [z.encode(roomView, before), z.encode(roomView, after)].map(entriesOf) as [Values, Values];
  const names = [...new Set([...Object.keys(to), ...Object.keys(from)])];
  const changed = new Set(names.filter((name) => !isSameJson(to[name], from[name])));
  for (const name of WITH_SECRETS) if (!isSameJson(before[name], after[name])) changed.add(name);
  const fields = [...changed];
  const pick = (of: Values) =>
    Object.fromEntries(fields.filter((name) => name !== 'theme').map((name) => [name, of[name] ?? null]));
  const role = roleFor(fields);
  return { action, id, by, at, role, fields, from: pick(from), to: pick(to) };
}

type Values = Readonly<Record<string, unknown>>;

const entriesOf = (settings: object): Values => Object.fromEntries(Object.entries(settings));
