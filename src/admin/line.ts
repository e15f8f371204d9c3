import { z } from 'zod';
import type { Route } from '#http/guard.ts';
import { route } from '#http/guard.ts';
import { fields } from '#settings/fields.ts';
import type { OperationsFor } from './operations-for.ts';
import { inRoom } from './rooms.ts';

export const count = (what: string) => z.int().min(0).describe(what);

export const counters = z
  .object({
    queue: count('Numbers given.'),
    serving: count('Numbers up to this one are served.'),
    waiting: count('Given, unserved and not left.'),
    present: count('Of those waiting, heard from lately.'),
    claimed: count('Admissions ever.'),
    active: count('Admissions that live.'),
    completed: count('Admissions ended by the site as completed.'),
    abandoned: count('Admissions ended by the site or the visitor.'),
    expired: count('Served and not claimed in time.'),
  })
  .meta({ id: 'Counters' });

const raised = counters
  .extend({ raised_by: z.int().describe('By how much the serving counter changed.') })
  .meta({ id: 'Raised' });

const exited = counters
  .extend({ unknown: count('Visitors named who had no live admission; not counted.') })
  .meta({ id: 'Exited' });

/** More than anybody has in a line; far from where integers end. */
const MANY = 1_000_000_000;

const visitors = z.array(z.string().min(1).max(255)).default([]);

/** What happens in a room: its counters, and the hand on them. */
export function lineRoutes(operationsFor: OperationsFor): Route[] {
  return [
    route({
      method: 'get',
      path: '/rooms/:room/counters',
      operationId: 'getCounters',
      summary: "A room's counters",
      params: inRoom,
      response: { 200: { description: 'The counters', schema: counters } },
      problems: ['room_not_found'],
      handle: async ({ params, ctx }) => ({ status: 200, body: await operationsFor(ctx).counters(params.room) }),
    }),
    route({
      method: 'post',
      path: '/rooms/:room/serving-counter',
      operationId: 'raiseServingCounter',
      summary: 'Raise the serving counter, as far as there is room; a negative number lowers it, never below zero',
      params: inRoom,
      body: fields({ increment_by: z.int().min(-MANY).max(MANY) }).meta({ id: 'Raise' }),
      idempotent: true,
      response: { 200: { description: 'The counters, and by how much it changed', schema: raised } },
      problems: ['room_not_found'],
      async handle({ params, body, ctx }) {
        const { raisedBy, counters } = await operationsFor(ctx).raise(params.room, body.increment_by);
        return { status: 200, body: { ...counters, raised_by: raisedBy } };
      },
    }),
    route({
      method: 'post',
      path: '/rooms/:room/reset',
      operationId: 'resetRoom',
      summary: 'Begin anew: all counters 0, all tickets and admissions void',
      params: inRoom,
      idempotent: true,
      response: { 200: { description: 'The counters', schema: counters } },
      problems: ['room_not_found'],
      handle: async ({ params, ctx }) => ({ status: 200, body: await operationsFor(ctx).reset(params.room) }),
    }),
    route({
      method: 'post',
      path: '/rooms/:room/exits',
      operationId: 'tellExits',
      summary: 'Tell who has left, so that others may come in',
      params: inRoom,
      body: fields({
        exited: count('So many left, nobody knows who.').max(MANY).default(0),
        completed: visitors.describe('Subs of visitors who did what they came for.'),
        abandoned: visitors.describe('Subs of visitors who went without.'),
      }).meta({ id: 'Exits' }),
      idempotent: true,
      response: { 200: { description: 'The counters, and how many were unknown', schema: exited } },
      problems: ['room_not_found'],
      async handle({ params, body, ctx }) {
        const { unknown, counters } = await operationsFor(ctx).exits(params.room, body);
        return { status: 200, body: { ...counters, unknown } };
      },
    }),
  ];
}
