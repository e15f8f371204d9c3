import { z } from 'zod';
import type { Route } from '#http/guard.ts';
import { route } from '#http/guard.ts';
import { fields } from '#settings/fields.ts';
import type { UndoableReset } from '#waiting-room/reset-operations.ts';
import { count, counters } from './line.ts';
import type { OperationsFor } from './operations-for.ts';
import { inRoom } from './rooms.ts';

const undoableReset = z
  .object({
    id: z.string().describe('Names the reset, to undo it and no other.'),
    by: z.string().describe('Who did it.'),
    at: z.iso.datetime(),
    until: z.iso.datetime().describe('When the line of before is deleted.'),
    waiting: count('Visitors who get their numbers back.'),
    inside: count('Visitors whose admissions have not ended by their time.'),
    issued_since: count('Numbers that were issued since. Their visitors join again, at the back.'),
    refused: z
      .enum(['let_in_since_reset', 'line_does_not_fit'])
      .nullable()
      .describe('Why the reset cannot be undone at this moment.'),
  })
  .meta({ id: 'UndoableReset' });

/** Emptying a line, and bringing it back. */
export function resetRoutes(operationsFor: OperationsFor): Route[] {
  return [
    route({
      method: 'post',
      path: '/rooms/:room/reset',
      operationId: 'resetRoom',
      role: 'owner',
      summary:
        'Start the line again: all counters are 0, and all tickets and admissions end. It can be undone for an hour.',
      params: inRoom,
      idempotent: true,
      response: { 200: { description: 'The counters', schema: counters } },
      problems: ['room_not_found'],
      handle: async ({ params, ctx }) => ({ status: 200, body: await operationsFor(ctx).reset(params.room) }),
    }),
    route({
      method: 'get',
      path: '/rooms/:room/reset/undo',
      operationId: 'getUndoableReset',
      role: 'viewer',
      summary: 'Get the latest reset of a room that can be undone, and what that would do now',
      params: inRoom,
      response: {
        200: {
          description: 'The reset',
          schema: z
            .object({ last: undoableReset.nullable().describe('null: the line of before is not kept.') })
            .meta({ id: 'LatestReset' }),
        },
      },
      problems: ['room_not_found'],
      async handle({ params, ctx }) {
        const last = await operationsFor(ctx).undoableReset(params.room);
        return { status: 200, body: { last: last && shown(last) } };
      },
    }),
    route({
      method: 'post',
      path: '/rooms/:room/reset/undo',
      operationId: 'undoReset',
      role: 'owner',
      summary: 'Undo the latest reset of a room: its line of before comes back',
      params: inRoom,
      body: fields({ id: z.string().min(1).max(100).describe('The id of the reset, as GET answers it.') }).meta({
        id: 'UndoReset',
      }),
      idempotent: true,
      response: {
        200: {
          description: 'What was undone',
          schema: z.object({ undone: undoableReset }).meta({ id: 'UndoneReset' }),
        },
      },
      problems: [
        ...(['room_not_found', 'nothing_to_undo', 'undo_stale'] as const),
        ...(['undo_expired', 'let_in_since_reset', 'line_does_not_fit'] as const),
      ],
      async handle({ params, body, ctx }) {
        return { status: 200, body: { undone: shown(await operationsFor(ctx).undoReset(params.room, body.id)) } };
      },
    }),
  ];
}

const shown = ({ issuedSince, ...reset }: UndoableReset) => ({ ...reset, issued_since: issuedSince });
