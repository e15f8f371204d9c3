import type { Route } from '#http/guard.ts';
import { invalid, route } from '#http/guard.ts';
import { fields } from '#settings/fields.ts';
import { time } from '#settings/time.ts';
import { count, counters } from './line.ts';
import type { OperationsFor } from './operations-for.ts';
import { inRoom } from './rooms.ts';

const restored = counters
  .extend({
    restored: count('Visitors who are at the front of the line by this request.'),
    skipped: count('Visitors who were not restored, because the database may still have their admission.'),
  })
  .meta({ id: 'Restored' });

const span = fields({
  from: time.describe('When the outage began.'),
  to: time.optional().describe('When it ended. Left out, or in the future: now.'),
}).meta({ id: 'Outage' });

/** Visitors whose turn or admission an outage took come first. */
export function restoreRoutes(operationsFor: OperationsFor, now: () => number): Route[] {
  return [
    route({
      method: 'post',
      path: '/rooms/:room/restore',
      operationId: 'restoreRoom',
      role: 'operator',
      summary: 'After an outage: put visitors who lost their turn or admission first, in the order of their numbers',
      params: inRoom,
      body: span,
      idempotent: true,
      response: { 200: { description: 'The counters, and how many visitors were restored', schema: restored } },
      problems: ['room_not_found'],
      async handle({ params, body, ctx }) {
        const { from } = body;
        const latest = now();
        if (from > latest) throw invalid([{ field: 'from', message: 'must not be in the future' }]);
        const to = Math.min(body.to ?? latest, latest);
        if (to < from) throw invalid([{ field: 'to', message: 'must not be earlier than from' }]);
        const { restored, skipped, counters } = await operationsFor(ctx).restoreSpan(params.room, { from, to });
        return { status: 200, body: { ...counters, restored, skipped } };
      },
    }),
  ];
}
