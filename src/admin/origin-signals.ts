import { z } from 'zod';
import type { Route } from '#http/guard.ts';
import { route } from '#http/guard.ts';
import { fields } from '#settings/fields.ts';
import { counters } from './line.ts';
import type { OperationsFor } from './operations-for.ts';
import { inRoom } from './rooms.ts';

const signals = fields({
  latency_ms: z.number().min(0).optional().describe('How long the origin takes to answer.'),
  error_rate: z.number().min(0).max(1).optional().describe('The share of its answers that are errors.'),
})
  .refine((told) => told.latency_ms !== undefined || told.error_rate !== undefined, {
    error: 'must have latency_ms or error_rate',
  })
  .meta({ id: 'Signals' });

/** How the origin does, told by those who watch it. */
export function originSignalRoutes(operationsFor: OperationsFor): Route[] {
  return [
    route({
      method: 'post',
      path: '/rooms/:room/alarm',
      operationId: 'setAlarm',
      summary: 'The breaker: in ALARM no inlet raises the serving counter, an operator still may',
      params: inRoom,
      body: fields({ state: z.enum(['ALARM', 'OK']) }).meta({ id: 'Alarm' }),
      idempotent: true,
      response: { 200: { description: 'The counters', schema: counters } },
      problems: ['room_not_found'],
      handle: async ({ params, body, ctx }) => ({
        status: 200,
        body: await operationsFor(ctx).alarm(params.room, body.state === 'ALARM'),
      }),
    }),
    route({
      method: 'post',
      path: '/rooms/:room/signals',
      operationId: 'tellSignals',
      summary: 'How the origin does now, for the adaptive inlet',
      params: inRoom,
      body: signals,
      idempotent: true,
      response: { 204: { description: 'It is known' } },
      problems: ['room_not_found'],
      async handle({ params, body, ctx }) {
        const { latency_ms: latency = null, error_rate: errorRate = null } = body;
        await operationsFor(ctx).signal(params.room, { latency, errorRate });
        return { status: 204 };
      },
    }),
  ];
}
