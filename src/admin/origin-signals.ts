import { z } from 'zod';
import type { Route } from '#http/guard.ts';
import { route } from '#http/guard.ts';
import { fields } from '#settings/fields.ts';
import { counters } from './line.ts';
import type { OperationsFor } from './operations-for.ts';
import { inRoom } from './rooms.ts';

const signals = fields({
  latency_ms: z.number().min(0).optional().describe('The latency of the origin in milliseconds.'),
  error_rate: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe("The share of the origin's answers that are errors, 0 to 1."),
})
  .refine((signals) => signals.latency_ms !== undefined || signals.error_rate !== undefined, {
    error: 'must have latency_ms or error_rate',
  })
  .meta({ id: 'Signals' });

/** The state of the origin, as reported by its monitoring. */
export function originSignalRoutes(operationsFor: OperationsFor): Route[] {
  return [
    route({
      method: 'post',
      path: '/rooms/:room/alarm',
      operationId: 'setAlarm',
      role: 'operator',
      summary: 'Set the breaker: in ALARM no inlet raises the serving counter, but an operator still may',
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
      operationId: 'reportSignals',
      role: 'operator',
      summary: "Report the origin's latency and error rate, for the adaptive inlet",
      params: inRoom,
      body: signals,
      idempotent: true,
      response: { 204: { description: 'The signals are recorded' } },
      problems: ['room_not_found'],
      async handle({ params, body, ctx }) {
        const { latency_ms: latency = null, error_rate: errorRate = null } = body;
        await operationsFor(ctx).signal(params.room, { latency, errorRate });
        return { status: 204 };
      },
    }),
  ];
}
