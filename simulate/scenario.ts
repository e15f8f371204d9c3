/** The scenario file: a room as in the configuration, how many visitors come when, and how they behave. */
import { z } from 'zod';
import { duration, parseDuration } from '#settings/duration.ts';
import { check, type Fault } from '#settings/faults.ts';
import { fields } from '#settings/fields.ts';
import { roomBody, withTitle } from '#settings/room.ts';
import { time } from '#settings/time.ts';
import type { RoomSettings } from '#waiting-room/room.ts';

const share = z.number().min(0).max(1);
const count = z.int().min(0).max(100_000_000);

/** Milliseconds since the start of the simulation. Unlike a duration, it may be zero. */
const at = z.string().transform((text, context) => {
  const milliseconds = parseDuration(text);
  if (milliseconds !== null) return milliseconds;
  context.issues.push({ code: 'custom', message: 'must be a duration such as 0s, 90s or 10m', input: text });
  return z.NEVER;
});

/** A point of the arrival curve, or a crowd that arrives at once. */
const point = fields({ at, per_minute: z.number().min(0).max(10_000_000).optional(), people: count.optional() }).refine(
  ({ per_minute, people }) => (per_minute === undefined) !== (people === undefined),
  { error: 'must have per_minute or people' },
);

const arrivals = z
  .array(point)
  .min(1)
  .refine(
    (points) =>
      points.filter(({ per_minute, people }) => per_minute !== undefined && people === undefined).length !== 1,
    {
      error: 'must have a second point with per_minute: the curve goes from one to the next',
    },
  );

const spread = fields({ median: duration, p95: duration }).refine(({ median, p95 }) => p95 >= median, {
  error: 'must not be shorter than the median',
  path: ['p95'],
});

/** Who comes, and how they behave: what a scenario says beside its room. */
export const crowdFields = {
  /** Arrivals: straight lines between the points, and crowds that arrive at once. */
  arrivals,
  visitors: fields({
    /** Share of visitors who are present when their turn comes and do not claim it. */
    no_show: share.default(0),
    /** Share who give up, after how long, and the share of those who press “leave” instead of closing the page. */
    impatient: share.default(0),
    patience: spread.prefault({ median: '10m', p95: '40m' }),
    press_leave: share.default(0.2),
    /** Share whose device sleeps once, and for how long. */
    asleep: share.default(0),
    sleep: spread.prefault({ median: '5m', p95: '20m' }),
    /** How long admitted visitors stay. */
    dwell: spread.prefault({ median: '4m', p95: '9m' }),
    /** Share of the admitted who leave without completing. */
    abandon: share.default(0),
    /** Share of exits that the site does not report: the place stays taken until the admission expires. */
    unreported: share.default(0),
  }).prefault({}),
  /** The origin's latency, for the adaptive inlet: `base` up to `capacity` visitors inside, then in proportion. */
  origin: fields({
    base: duration.prefault('100ms'),
    capacity: z.int().min(1),
    /** With more visitors inside, the excess share of requests fails. */
    errors_from: z.int().min(1).optional(),
  }).optional(),
  /** The simulation stops here at the latest. */
  duration: duration.prefault('6h'),
  seed: z.int().min(0).default(1),
};

const schema = fields({
  /** The virtual clock starts here. Events and periods refer to it. */
  start: time.prefault('2026-11-24T10:00:00Z'),
  room: roomBody,
  ...crowdFields,
}).check(({ value, issues }) => {
  const { room, origin } = value;
  const inlets = [room.inlet, ...room.events.flatMap((event) => event.inlet ?? [])];
  const fault = (message: string, ...path: string[]) => issues.push({ code: 'custom', message, path, input: value });
  if (room.mode !== 'passthrough' && inlets.every(({ strategy }) => strategy === 'manual')) {
    fault('must not be manual: a simulation has no operator who raises the counter', 'room', 'inlet', 'strategy');
  }
  if (inlets.some(({ strategy }) => strategy === 'adaptive') && !origin) {
    fault('is required for an adaptive inlet', 'origin');
  }
});

export interface Scenario extends Omit<z.output<typeof schema>, 'room'> {
  readonly room: RoomSettings;
}

export type ArrivalPoint = Scenario['arrivals'][number];

/** A scenario file's content. */
export type ScenarioInput = z.input<typeof schema>;

/** Checks a scenario. Answers it, or every fault. */
export function readScenario(input: unknown): { scenario: Scenario } | { faults: readonly Fault[] } {
  const checked = check(schema, input);
  if (!checked.ok) return { faults: checked.faults };
  const { room, ...rest } = checked.value;
  return { scenario: { ...rest, room: withTitle(room.id ?? 'simulated', room) } };
}
