import { z } from 'zod';
import type { Route } from '#http/guard.ts';
import { invalid, route } from '#http/guard.ts';
import { duration } from '#settings/duration.ts';
import { time } from '#settings/time.ts';
import { MINUTES_KEPT } from '#waiting-room/ports/time-series.ts';
import { percentile } from '#waiting-room/time-series/histogram.ts';
import type { Measurements, MinuteRow } from '#waiting-room/time-series/index.ts';
import { mergeRows } from '#waiting-room/time-series/minute-row.ts';
import { count } from './line.ts';
import type { OperationsFor } from './operations-for.ts';
import { inRoom } from './rooms.ts';

const MINUTE = 60_000;
const KEPT = MINUTES_KEPT * MINUTE;

const waits = z.object({
  p50: z.number().nullable(),
  p90: z.number().nullable(),
});

const row = z
  .object({
    time: z.iso.datetime().describe('The beginning of the step.'),
    inflow: count('Numbers issued.'),
    outflow: count('Admissions that ended.'),
    waiting: count('At the end of the step.'),
    present: count('At the end of the step.'),
    inside: count('At the end of the step.'),
    claimed: count('Admissions made.'),
    missed: count('Turns that passed, and absent visitors who were passed over.'),
    left: count('Visitors who left by themselves.'),
    predicted: waits.describe('What was predicted to those who were let in, in seconds, within a tenth. Null: nobody.'),
    actual: waits.describe('How long they waited.'),
    within: count('Waits that were inside the predicted range.'),
    outside: count('Waits that were not.'),
  })
  .meta({ id: 'AnalyticsRow' });

const analytics = z
  .object({
    room: z.string(),
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    step: z.int().describe('In seconds.'),
    rows: z.array(row).describe('Oldest first. A step in which nothing happened has no row.'),
  })
  .meta({ id: 'Analytics' });

const query = z.object({
  from: time.optional().describe('Default: an hour before `to`. At most 30 days ago.'),
  to: time.optional().describe('Default: now.'),
  step: duration
    .refine((step) => step >= MINUTE && step % MINUTE === 0, 'must be whole minutes')
    .prefault('1m')
    .describe('How much a row covers: whole minutes, from the epoch on.'),
  format: z.enum(['json', 'csv']).default('json'),
});

export interface AnalyticsRoutesDeps {
  readonly operationsFor: OperationsFor;
  readonly measurements: Pick<Measurements, 'rows'>;
  readonly now: () => number;
}

/** What was measured in a room, minute by minute, for 30 days. */
export function analyticsRoutes({ operationsFor, measurements, now }: AnalyticsRoutesDeps): Route[] {
  return [
    route({
      method: 'get',
      path: '/rooms/:room/analytics',
      operationId: 'getAnalytics',
      role: 'viewer',
      summary: 'Get what was measured in a room, in steps of a minute or more, for 30 days',
      params: inRoom,
      query,
      response: { 200: { description: 'The rows; with format=csv as text/csv', schema: analytics } },
      problems: ['room_not_found'],
      async handle({ params, query: { step, format, ...range }, ctx }) {
        await operationsFor(ctx).room(params.room);
        const to = range.to ?? now();
        const from = range.from ?? to - 60 * MINUTE;
        if (from >= to) throw invalid([{ field: 'from', message: 'must be before `to`' }]);
        if (from < 0) throw invalid([{ field: 'from', message: 'must not be before 1970' }]);
        if (to > LATEST) throw invalid([{ field: 'to', message: 'must not be after 9999' }]);
        const oldest = Math.max(from, now() - KEPT);
        const newest = Math.min(to, now() + MINUTE);
        const found = newest > oldest ? await measurements.rows(params.room, oldest, newest) : [];
        const rows = stepsOf(found, step / MINUTE).map(documentOf);
        if (format === 'csv') {
          const headers = { 'Content-Disposition': `attachment; filename="${params.room}.csv"` };
          return { status: 200, headers, text: { type: 'text/csv; charset=utf-8', body: csvOf(rows) } };
        }
        return { status: 200, body: { room: params.room, from: iso(from), to: iso(to), step: step / 1000, rows } };
      },
    }),
  ];
}

const LATEST = Date.parse('9999-12-31T23:59:59Z');

const iso = (at: number) => new Date(at).toISOString();

function stepsOf(rows: readonly MinuteRow[], minutes: number): MinuteRow[] {
  const steps = Map.groupBy(rows, ({ minute }) => Math.floor(minute / minutes) * minutes);
  return [...steps].map(([minute, some]) => ({ ...mergeRows(some as [MinuteRow, ...MinuteRow[]]), minute }));
}

type RowDocument = z.input<typeof row>;

function documentOf({ minute, actual, predicted, ...numbers }: MinuteRow): RowDocument {
  const of = (histogram: MinuteRow['actual']) => ({ p50: percentile(histogram, 0.5), p90: percentile(histogram, 0.9) });
  return { time: iso(minute * MINUTE), ...numbers, actual: of(actual), predicted: of(predicted) };
}

const COLUMNS = [
  ...(['time', 'inflow', 'outflow', 'waiting', 'present', 'inside', 'claimed', 'missed', 'left'] as const),
  ...(['within', 'outside'] as const),
];

/** RFC 4180. No value needs quotes: all are numbers and times. */
function csvOf(rows: readonly RowDocument[]): string {
  const header = [...COLUMNS, 'predicted_p50', 'predicted_p90', 'actual_p50', 'actual_p90'];
  const lines = rows.map((each) => [
    ...COLUMNS.map((name) => each[name]),
    ...[each.predicted, each.actual].flatMap(({ p50, p90 }) => [p50 ?? '', p90 ?? '']),
  ]);
  return [header, ...lines].map((line) => `${line.join(',')}\r\n`).join('');
}
