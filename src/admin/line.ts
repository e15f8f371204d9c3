import { z } from 'zod';
import type { Route } from '#http/guard.ts';
import { route } from '#http/guard.ts';
import { fields } from '#settings/fields.ts';
import type { Log } from '#telemetry/log.ts';
import type { OperationsFor } from './operations-for.ts';
import { requestNameOf } from './request-name.ts';
import { inRoom } from './rooms.ts';

export const count = (what: string) => z.int().min(0).describe(what);

const lineCounters = z.object({
  queue: count('Numbers issued.'),
  serving: count('The serving counter: all numbers up to this one are served.'),
  waiting: count('Numbers that are issued, not served, and whose visitors have not left.'),
  present: count('Of the waiting, those whose page sent a heartbeat within presence.timeout.'),
  claimed: count('Admissions ever created.'),
  active: count('Admissions that have not ended.'),
  completed: count('Admissions that the site reported as completed.'),
  abandoned: count('Admissions that the site or the visitor ended.'),
  expired: count('Numbers that were served and not claimed within the claim window.'),
});

const laneCounters = lineCounters
  .extend({
    size: z.int().min(0).nullable().describe('The places that the lane has now. null is no limit.'),
  })
  .meta({ id: 'LaneCounters' });

const ofLanes = {
  lanes: z
    .record(z.string(), laneCounters)
    .optional()
    .describe('Each lane by name, in a room with lanes. The counters beside it are those of all lanes together.'),
};

export const counters = lineCounters.extend(ofLanes).meta({ id: 'Counters' });

const raised = counters
  .extend({
    raised_by: z.int().describe('By how much the serving counter changed.'),
  })
  .meta({ id: 'Raised' });

const exited = counters
  .extend({ unknown: count('Named visitors who had no live admission. They are not counted.') })
  .meta({ id: 'Exited' });

const lane = z
  .string()
  .max(32)
  .optional()
  .describe('A lane of the room, or default for the lane of all who have none. Left out: all lanes, by their shares.');

/** More than any line has, and far below the largest safe integer. */
const MANY = 1_000_000_000;

const raise = fields({
  people: count('How many present visitors to serve. Visitors who missed a turn and came back count among them.')
    .max(MANY)
    .optional(),
  increment_by: z
    .int()
    .min(-MANY)
    .max(MANY)
    .describe(
      'How many numbers to serve, whether their visitors are there or not. Visitors who missed a turn and came back count among them. A negative number lowers the counter, never below zero.',
    )
    .optional(),
  lane,
})
  .refine(({ people, increment_by }) => (people === undefined) !== (increment_by === undefined), {
    error: 'must have either people or increment_by',
  })
  .meta({ id: 'Raise' });

const visitors = z.array(z.string().min(1).max(255)).default([]);

/** The counters of a room, and what an operator does with its line. */
export function lineRoutes(operationsFor: OperationsFor, log: Pick<Log, 'warn'>): Route[] {
  /** Existing rooms for which the warning was logged. */
  const warned = new Set<string>();

  /** A message queue that delivers the same report again would free the places of visitors who are still inside. */
  function warnOfRedelivery(room: string): void {
    if (warned.has(room)) return;
    warned.add(room);
    log.warn({ room }, 'exits without names need an Idempotency-Key: a report that is delivered twice counts twice');
  }

  return [
    route({
      method: 'get',
      path: '/rooms/:room/counters',
      operationId: 'getCounters',
      role: 'viewer',
      summary: "Get a room's counters",
      params: inRoom,
      response: { 200: { description: 'The counters', schema: counters } },
      problems: ['room_not_found'],
      handle: async ({ params, ctx }) => ({ status: 200, body: await operationsFor(ctx).counters(params.room) }),
    }),
    route({
      method: 'post',
      path: '/rooms/:room/serving-counter',
      operationId: 'raiseServingCounter',
      role: 'operator',
      summary: 'Serve people, or raise the serving counter by numbers, as far as the size allows',
      params: inRoom,
      body: raise,
      idempotent: true,
      response: { 200: { description: 'The counters, and by how much the serving counter changed', schema: raised } },
      problems: ['room_not_found', 'lane_not_found'],
      async handle({ params, body, ctx }) {
        const operations = operationsFor(ctx);
        const request = requestNameOf(ctx);
        const { raisedBy, counters } =
          body.people === undefined
            ? await operations.raise(params.room, body.increment_by ?? 0, body.lane, request)
            : await operations.raisePeople(params.room, body.people, body.lane, request);
        return { status: 200, body: { ...counters, raised_by: raisedBy } };
      },
    }),
    route({
      method: 'post',
      path: '/rooms/:room/exits',
      operationId: 'reportExits',
      role: 'operator',
      summary: 'Report visitors who left the site, so that their places go to the next',
      params: inRoom,
      body: fields({
        exited: count(
          'How many visitors left whose sub is not known. Send an Idempotency-Key: a report that is delivered twice counts twice.',
        )
          .max(MANY)
          .default(0),
        completed: visitors.describe('The subs of visitors who left after completing their visit.'),
        abandoned: visitors.describe('The subs of visitors who left without completing it.'),
        lane: lane.describe(
          'The lane that the visitors without a name were in, or default. Left out: they are split by who is inside.',
        ),
      }).meta({ id: 'Exits' }),
      idempotent: true,
      response: { 200: { description: 'The counters, and how many named visitors were unknown', schema: exited } },
      problems: ['room_not_found', 'lane_not_found'],
      async handle({ params, body, ctx }) {
        const { lane, ...exits } = body;
        const { unknown, counters } = await operationsFor(ctx).exits(
          params.room,
          { ...exits, request: requestNameOf(ctx) },
          lane,
        );
        if (body.exited > 0 && ctx.get('Idempotency-Key') === '') warnOfRedelivery(params.room);
        return { status: 200, body: { ...counters, unknown } };
      },
    }),
  ];
}
