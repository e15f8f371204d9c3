import { z } from 'zod';
import { invalid, type Route, route } from '#http/guard.ts';
import { Problem } from '#http/problem.ts';
import type { RoomSettings } from '#waiting-room/room.ts';
import { LONGEST, MOST_PEOPLE, peopleOf, type SimulateInBackground } from '../../simulate/background.ts';
import { crowdFields } from '../../simulate/scenario.ts';
import type { Outcome } from '../../simulate/tally.ts';
import type { OperationsFor } from './operations-for.ts';
import { inRoom } from './rooms.ts';

/** A chart shows no more. */
const MOST_SAMPLES = 240;

const body = z
  .strictObject({
    event: z.string().optional().describe('An event of the room that begins it. Without one, it begins now.'),
    ...crowdFields,
  })
  .refine(({ arrivals }) => peopleOf(arrivals) <= MOST_PEOPLE, {
    error: `must bring at most ${MOST_PEOPLE} people: npm run simulate has no limit`,
    path: ['arrivals'],
  })
  .refine(({ duration }) => duration <= LONGEST, { error: 'must be at most 12h', path: ['duration'] })
  .meta({ id: 'SimulationBody' });

const count = z.int();
const moment = z.object({ people: count, at: z.iso.datetime() });
const simulation = z
  .object({
    visitors: count,
    admitted: count,
    gave_up: count,
    missed: count,
    wait: z.object({ p50: z.number(), p95: z.number(), max: z.number() }).nullable().describe('In seconds.'),
    longest_line: moment,
    most_inside: moment,
    empty_at: z.iso.datetime().nullable().describe('Null: some still wait at the end.'),
    samples: z.array(z.object({ time: z.iso.datetime(), line: count, inside: count, admitted: count })),
  })
  .meta({ id: 'Simulation' });

export interface SimulationRoutesDeps {
  readonly operationsFor: OperationsFor;
  readonly simulateInBackground: SimulateInBackground;
  readonly now: () => number;
}

/** A sale with the settings of a room and visitors who are made up. The line is not touched. */
export function simulationRoutes({ operationsFor, simulateInBackground, now }: SimulationRoutesDeps): Route[] {
  return [
    route({
      method: 'post',
      path: '/rooms/:room/simulation',
      operationId: 'simulateRoom',
      role: 'operator',
      summary: 'Simulate a sale with the settings of a room. Nothing changes.',
      params: inRoom,
      body,
      response: { 200: { description: 'What would happen', schema: simulation } },
      problems: ['room_not_found', 'event_not_found', 'simulation_running', 'simulation_too_long'],
      async handle({ params, body: { event, ...crowd }, ctx }) {
        const room = await operationsFor(ctx).room(params.room);
        const start = startOf(room, event, now());
        requireInlet(room, crowd.origin !== undefined);
        const { theme: _, ...settings } = { ...room, mode: 'queue' as const };
        const outcome = await simulateInBackground({ ...crowd, room: settings, start });
        if (outcome === 'busy') throw new Problem('simulation_running');
        if (outcome === 'too_long') throw new Problem('simulation_too_long');
        return { status: 200, body: wireOf(outcome, start) };
      },
    }),
  ];
}

/** When the first visitors of an event may come. Throws `event_not_found`. */
function startOf({ events }: RoomSettings, id: string | undefined, now: number): number {
  if (id === undefined) return now;
  const event = events.find((each) => each.id === id);
  if (!event) throw new Problem('event_not_found');
  return Math.min(event.prequeue_start, event.start);
}

/** A simulation has no operator who raises the counter, and an adaptive inlet needs an origin that answers. */
function requireInlet({ inlet, events }: RoomSettings, hasOrigin: boolean): void {
  const strategies = [inlet, ...events.flatMap((event) => event.inlet ?? [])].map(({ strategy }) => strategy);
  if (strategies.every((strategy) => strategy === 'manual')) {
    throw invalid([{ field: 'inlet', message: 'of the room is manual: a simulation has nobody who lets people in' }]);
  }
  if (strategies.includes('adaptive') && !hasOrigin) {
    throw invalid([{ field: 'origin', message: 'is required for an adaptive inlet' }]);
  }
}

function wireOf(outcome: Outcome, start: number) {
  const timeOf = (seconds: number) => new Date(start + seconds * 1000).toISOString();
  const momentOf = ({ people, at }: Outcome['peakLine']) => ({ people, at: timeOf(at) });
  const every = Math.max(1, Math.ceil(outcome.samples.length / MOST_SAMPLES));
  return {
    visitors: outcome.visitors,
    admitted: outcome.admitted,
    gave_up: outcome.gaveUp,
    missed: outcome.expired,
    wait: outcome.waits,
    longest_line: momentOf(outcome.peakLine),
    most_inside: momentOf(outcome.peakInside),
    empty_at: outcome.drained === null ? null : timeOf(outcome.drained),
    samples: outcome.samples
      .filter((_, index) => index % every === 0)
      .map(({ at, line, inside, admitted }) => ({ time: timeOf(at), line, inside, admitted })),
  };
}
