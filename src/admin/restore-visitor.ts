import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { CredentialAttempts } from '#http/credential-attempts.ts';
import { invalid, type Route, route } from '#http/guard.ts';
import { Problem } from '#http/problem.ts';
import { fields } from '#settings/fields.ts';
import { VisitorHasPlace } from '#waiting-room/errors.ts';
import type { WaitingRoom } from '#waiting-room/index.ts';
import { type Snapshot, snapshotOfLane } from '#waiting-room/snapshots.ts';
import type { NumberOfLine } from '#waiting-room/support-code.ts';
import { reportOfNumber } from '#waiting-room/visitor-report.ts';
import type { OperationsFor } from './operations-for.ts';
import type { SayTo } from './say-to.ts';
import { inVisitor, reportIn, type VisitorRoutesDeps, visitorReport } from './visitors.ts';

const proof = fields({
  code: z.string().max(16).optional().describe('The four characters that the visitor’s page shows beside the number.'),
}).meta({ id: 'SupportCode' });

/** A number, maybe with its code: `1204-K7QF`. */
const NUMBER = /^([1-9]\d{0,11})(?:-([0-9A-Za-z]{4}))?$/;

export interface RestoreVisitorDeps {
  readonly operationsFor: OperationsFor;
  readonly sayTo: SayTo;
  readonly waitingRoom: Pick<WaitingRoom, 'supportCodes'> & {
    readonly snapshots: Pick<WaitingRoom['snapshots'], 'get' | 'place' | 'expire'>;
    readonly visitors: VisitorRoutesDeps['visitors'];
  };
  readonly attempts: CredentialAttempts;
}

/** Puts a visitor back at the front of the line, for a support desk. */
export function restoreVisitorRoutes({ operationsFor, sayTo, waitingRoom, attempts }: RestoreVisitorDeps): Route[] {
  const { snapshots, visitors, supportCodes } = waitingRoom;

  /** Numbers count by lane, and the code tells in which lane this one is. Null for a wrong code. */
  function numberOf(snapshot: Snapshot, number: number, code: string): NumberOfLine | null {
    const room = snapshot.settings.id;
    for (const { lane, view } of [snapshot, ...snapshot.lanes]) {
      const numbered = { room, lane, incarnation: view.incarnation, generation: view.generation, number };
      if (supportCodes.isOf(numbered, code)) return numbered;
    }
    return null;
  }

  async function reportOf(numbered: NumberOfLine) {
    snapshots.expire(numbered.room);
    const room = await snapshots.get(numbered.room);
    const snapshot = snapshotOfLane(room, numbered.lane) ?? room;
    const place = await snapshots.place(snapshot, { ...numbered, visitor: '' });
    return reportOfNumber(snapshot, numbered.number, place);
  }

  return [
    route({
      method: 'post',
      path: '/rooms/:room/visitors/:visitor/restore',
      operationId: 'restoreVisitor',
      role: 'operator',
      summary: 'Put a visitor back at the front of the line: a number, with the code that its page shows',
      params: inVisitor,
      body: proof,
      idempotent: true,
      response: { 200: { description: 'Where the visitor stands', schema: visitorReport } },
      problems: ['room_not_found', 'visitor_not_found', 'visitor_has_place'],
      async handle({ params: { room, visitor }, body, ctx }) {
        const snapshot = await snapshots.get(room);
        const admission = await visitors.admission(room, visitor);
        if (admission) throw new VisitorHasPlace(admission.number);
        const [, digits, code = body.code] = NUMBER.exec(visitor) ?? [];
        if (digits === undefined) throw notFound();
        if (code === undefined) throw invalid([{ field: 'code', message: 'is required with a number' }]);
        const number = Number(digits);
        // Each try counts, the same one too: the line may have changed.
        const attempt = await attempts.begin(ctx.req, { kind: 'support_code', clientId: room, secret: randomUUID() });
        if (attempt.retryAfter > 0) throw tooManyAttempts(attempt.retryAfter);
        const numbered = numberOf(snapshot, number, code);
        if (!numbered) {
          attempt.failed();
          operationsFor(ctx).restoreRefused(room, number);
          throw notFound();
        }
        attempt.undecided();
        await operationsFor(ctx).restoreNumber(numbered);
        return { status: 200, body: reportIn(sayTo(ctx), await reportOf(numbered)) };
      },
    }),
  ];
}

const notFound = () =>
  new Problem('visitor_not_found', {
    detail:
      'No number of this line has this code. A visitor who is not inside is found by number and code, not by sub.',
  });

const tooManyAttempts = (seconds: number) =>
  new Problem('too_many_attempts', {
    detail: `Too many wrong codes came from this address. Try again in ${seconds} s.`,
    headers: { 'Retry-After': String(seconds) },
  });
