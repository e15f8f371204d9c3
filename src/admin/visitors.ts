import { z } from 'zod';
import { invalid, type Route, route } from '#http/guard.ts';
import type { WaitingRoom } from '#waiting-room/index.ts';
import { laneTitle } from '#waiting-room/lanes.ts';
import type { Say } from '#waiting-room/sentence.ts';
import type { Snapshot } from '#waiting-room/snapshots.ts';
import {
  reportOfAdmission,
  reportOfLanes,
  reportOfNumber,
  reportOfUnknown,
  VISITOR_STATES,
  type VisitorReport,
} from '#waiting-room/visitor-report.ts';
import { inRoom } from './rooms.ts';
import type { SayTo } from './say-to.ts';

export const visitorReport = z
  .object({
    room: z.string(),
    lane: z.string().nullable().describe('Null in a room without lanes, and for a visitor who is inside.'),
    number: z.int().nullable().describe('Null where only a sub is known.'),
    state: z.enum(VISITOR_STATES),
    people_ahead: z.int().nullable(),
    until: z.iso.datetime().nullable().describe('Until when the place is held, or the admission lasts.'),
    words: z.string().describe('Where the visitor stands and why, to be read out.'),
  })
  .meta({ id: 'VisitorReport' });

export const inVisitor = inRoom.extend({
  visitor: z.string().min(1).max(255).describe('A number, or the sub of a visitor who is inside.'),
});

const NUMBER = /^[1-9]\d{0,11}$/;

const inLane = z.object({
  lane: z
    .string()
    .max(32)
    .optional()
    .describe('Where each lane counts its own numbers: the one to look in, or `default`. Left out: all of them.'),
});

/** A report in the words of one language. */
export const reportIn = (say: Say, report: VisitorReport) => ({ ...report, words: report.words.map(say).join(' ') });

export interface VisitorRoutesDeps {
  readonly sayTo: SayTo;
  readonly snapshots: Pick<WaitingRoom['snapshots'], 'get' | 'place'>;
  readonly visitors: Pick<WaitingRoom['visitors'], 'admission'>;
}

/** Where a visitor stands, for a support desk. */
export function visitorRoutes({ sayTo, snapshots, visitors }: VisitorRoutesDeps): Route[] {
  async function placeIn(snapshot: Snapshot, number: number) {
    const { incarnation, generation } = snapshot.view;
    const ticket = { incarnation, generation, number, visitor: '' };
    return reportOfNumber(snapshot, number, await snapshots.place(snapshot, ticket));
  }

  return [
    route({
      method: 'get',
      path: '/rooms/:room/visitors/:visitor',
      operationId: 'getVisitor',
      role: 'viewer',
      summary: 'Say where a visitor stands and why, in words to read out',
      params: inVisitor,
      query: inLane,
      response: { 200: { description: 'Where the visitor stands', schema: visitorReport } },
      problems: ['room_not_found'],
      async handle({ params: { room, visitor }, query, ctx }) {
        const shown = (report: VisitorReport) => ({ status: 200, body: reportIn(sayTo(ctx), report) });
        const snapshot = await snapshots.get(room);
        const admission = await visitors.admission(room, visitor);
        if (admission) return shown(reportOfAdmission(snapshot, admission));
        if (!NUMBER.test(visitor)) return shown(reportOfUnknown(snapshot));
        const all = [snapshot, ...snapshot.lanes];
        const lanes = all.filter(({ lane }) => query.lane === undefined || laneTitle(lane) === query.lane);
        const [first, ...others] = await Promise.all(lanes.map((lane) => placeIn(lane, Number(visitor))));
        if (!first) throw invalid([{ field: 'lane', message: 'must be a lane of the room, or default' }]);
        return shown(reportOfLanes([first, ...others]));
      },
    }),
  ];
}
