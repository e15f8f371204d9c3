import { z } from 'zod';
import type { Route } from '#http/guard.ts';
import { route } from '#http/guard.ts';
import type { Statistics } from '#waiting-room/line-operations.ts';
import { count, counters } from './line.ts';
import type { OperationsFor } from './operations-for.ts';
import { inRoom } from './rooms.ts';

const draw = z.object({
  event: z.string(),
  algorithm: z.enum(['anteroom-draw-v1', 'arrival']),
  seed_hash: z.string().describe("SHA-256 of the seed's bytes, hexadecimal."),
  committed_at: z.iso.datetime(),
  entrants: z.int().min(0).nullable().describe('Those who were there; null until the draw, as are seed and drawn_at.'),
  seed: z.string().nullable(),
  drawn_at: z.iso.datetime().nullable(),
});

const statistics = z
  .object({
    counters,
    held: count('Places held for the served who have not claimed yet.'),
    alarm: z.boolean().describe('Whether the breaker is on.'),
    per_minute: z
      .tuple([z.number(), z.number()])
      .nullable()
      .describe('People a minute whose turn comes, low and high; null when unknown.'),
    predictions: z.object({
      within: count('Predicted waits that came true.'),
      outside: count('Predicted waits that did not.'),
      share: z.number().min(0).max(1).nullable().describe('Of all that were compared; null while there are none.'),
    }),
    draws: z.array(draw),
    entrants_present: count('Entrants of the open draw who are present.'),
  })
  .meta({ id: 'Statistics' });

function shown(given: Statistics): z.input<typeof statistics> {
  const { counters, held, alarm, perMinute, predictions, draws, entrantsPresent } = given;
  const compared = predictions.within + predictions.outside;
  return {
    counters,
    held,
    alarm,
    per_minute: perMinute && [perMinute.low, perMinute.high],
    predictions: { ...predictions, share: compared === 0 ? null : predictions.within / compared },
    draws: [...draws],
    entrants_present: entrantsPresent,
  };
}

/** What the line does beside its counters, and what its estimates are worth. */
export function statisticsRoutes(operationsFor: OperationsFor): Route[] {
  return [
    route({
      method: 'get',
      path: '/rooms/:room/statistics',
      operationId: 'getStatistics',
      summary: 'How fast a line moves, how often its estimates came true, its draws',
      params: inRoom,
      response: { 200: { description: 'The statistics', schema: statistics } },
      problems: ['room_not_found'],
      handle: async ({ params, ctx }) => ({
        status: 200,
        body: shown(await operationsFor(ctx).statistics(params.room)),
      }),
    }),
  ];
}
