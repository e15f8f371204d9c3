import { z } from 'zod';
import type { Route } from '#http/guard.ts';
import { route } from '#http/guard.ts';
import type { RoomStatistics, Statistics } from '#waiting-room/room-statistics.ts';
import { count, counters } from './line.ts';
import type { OperationsFor } from './operations-for.ts';
import { inRoom } from './rooms.ts';

const draw = z.object({
  event: z.string(),
  algorithm: z.enum(['anteroom-draw-v1', 'arrival']),
  seed_hash: z.string().describe("SHA-256 of the seed's bytes, hexadecimal."),
  committed_at: z.iso.datetime(),
  entrants: z
    .int()
    .min(0)
    .nullable()
    .describe('How many entrants were drawn. Null until the draw, as are seed and drawn_at.'),
  seed: z.string().nullable(),
  drawn_at: z.iso.datetime().nullable(),
});

const shape = {
  counters,
  held: count('Places held for served visitors who have not claimed yet.'),
  alarm: z.boolean().describe('Whether the breaker is in ALARM.'),
  per_minute: z
    .tuple([z.number(), z.number()])
    .nullable()
    .describe('How many visitors are served per minute: low and high. Null while unknown.'),
  predictions: z.object({
    within: count('Waits that were inside the predicted range.'),
    outside: count('Waits that were outside the predicted range.'),
    share: z.number().min(0).max(1).nullable().describe('The share of waits inside the range. Null without any.'),
  }),
  draws: z.array(draw),
  entrants_present: count('Entrants of the coming draw who are present.'),
};

const laneStatistics = z.object(shape).meta({ id: 'LaneStatistics' });

const statistics = z
  .object({
    ...shape,
    lanes: z
      .record(z.string(), laneStatistics)
      .optional()
      .describe('Each lane by name, in a room with lanes. The numbers beside it are those of all lanes together.'),
  })
  .meta({ id: 'Statistics' });

function shownRoom({ lanes, ...given }: RoomStatistics): z.input<typeof statistics> {
  const named = Object.entries(lanes ?? {}).map(([name, each]) => [name, shown(each)]);
  return { ...shown(given), ...(lanes ? { lanes: Object.fromEntries(named) } : {}) };
}

function shown(given: Statistics): z.input<typeof laneStatistics> {
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

/** Measurements of the line besides its counters, and how accurate its estimates were. */
export function statisticsRoutes(operationsFor: OperationsFor): Route[] {
  return [
    route({
      method: 'get',
      path: '/rooms/:room/statistics',
      operationId: 'getStatistics',
      role: 'viewer',
      summary: 'Get the speed of a line, the accuracy of its estimates, and its draws',
      params: inRoom,
      response: { 200: { description: 'The statistics', schema: statistics } },
      problems: ['room_not_found'],
      handle: async ({ params, ctx }) => ({
        status: 200,
        body: shownRoom(await operationsFor(ctx).statistics(params.room)),
      }),
    }),
  ];
}
