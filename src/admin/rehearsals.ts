import { z } from 'zod';
import type { Route } from '#http/guard.ts';
import { route } from '#http/guard.ts';
import { Problem } from '#http/problem.ts';
import type { PublicUrls } from '#http/public-urls.ts';
import { clientId, fields } from '#settings/fields.ts';
import { REHEARSAL_STEPS, type Rehearsals } from '#waiting-room/rehearsals/index.ts';
import type { OperationsFor } from './operations-for.ts';
import { inRoom } from './rooms.ts';

const id = z.string().regex(/^[0-9a-f]{8}$/, 'must be the id of a rehearsal');

const begun = z
  .object({
    id,
    url: z.string().describe('The link. At its end it lets in one browser, without a place.'),
    expires_at: z.iso.datetime(),
    relying_party: z.string().nullable().describe('Where it ends; null: at a return URL, or nowhere.'),
    return_to: z.string().nullable(),
  })
  .meta({ id: 'Rehearsal' });

const report = z
  .object({
    id,
    steps: z.array(
      z.object({
        step: z.enum(REHEARSAL_STEPS),
        time: z.iso.datetime(),
        detail: z.string().nullable().describe('Why it was refused.'),
      }),
    ),
  })
  .meta({ id: 'RehearsalReport' });

export interface RehearsalRoutesDeps {
  readonly operationsFor: OperationsFor;
  readonly rehearsals: Pick<Rehearsals, 'begin' | 'end' | 'records'>;
  readonly urls: Pick<PublicUrls, 'urlOf'>;
}

/** Links that walk their holder through a room without touching its counters. */
export function rehearsalRoutes({ operationsFor, rehearsals, urls }: RehearsalRoutesDeps): Route[] {
  return [
    route({
      method: 'post',
      path: '/rooms/:room/rehearsal',
      operationId: 'beginRehearsal',
      role: 'operator',
      summary: 'Make a link, valid for an hour, through every state of the page to the relying party',
      params: inRoom,
      body: fields({
        relying_party: clientId
          .nullable()
          .default(null)
          .describe('Where it ends. null: the first of the room, or else its first return URL.'),
      }).meta({ id: 'RehearsalBody' }),
      response: { 201: { description: 'The link', schema: begun } },
      problems: ['room_not_found', 'relying_party_not_found', 'too_many_rehearsals'],
      async handle({ params: { room }, body, ctx }) {
        const operations = operationsFor(ctx);
        const goal = await operations.rehearsalGoal(room, body.relying_party);
        const { id, pass, endsAt } = await rehearsals.begin(room, goal);
        operations.rehearsalBegun(room, goal);
        return {
          status: 201,
          body: {
            id,
            url: urls.urlOf(`/rooms/${room}/rehearsal?pass=${pass}`),
            expires_at: new Date(endsAt).toISOString(),
            relying_party: goal.kind === 'relying_party' ? goal.clientId : null,
            return_to: goal.kind === 'return' ? goal.url : null,
          },
        };
      },
    }),
    route({
      method: 'get',
      path: '/rooms/:room/rehearsal/:id',
      operationId: 'getRehearsal',
      role: 'viewer',
      summary: 'Get the steps of a rehearsal so far',
      params: inRoom.extend({ id }),
      response: { 200: { description: 'Its steps, oldest first', schema: report } },
      problems: ['not_found'],
      async handle({ params: { room, id } }) {
        const steps = await rehearsals.records(room, id);
        if (!steps) throw new Problem('not_found', { detail: 'There is no such rehearsal, or its hour is over.' });
        return { status: 200, body: { id, steps: [...steps] } };
      },
    }),
    route({
      method: 'delete',
      path: '/rooms/:room/rehearsal/:id',
      operationId: 'endRehearsal',
      role: 'operator',
      summary: 'End a rehearsal: its link, and the admission of its visitor',
      params: inRoom.extend({ id }),
      response: { 204: { description: 'It is over' } },
      problems: ['not_found'],
      async handle({ params: { room, id }, ctx }) {
        const ended = await rehearsals.end(room, id);
        if (!ended) throw new Problem('not_found', { detail: 'There is no such rehearsal, or it is over.' });
        operationsFor(ctx).rehearsalEnded(room, id);
        return { status: 204 };
      },
    }),
  ];
}
