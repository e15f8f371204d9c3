/** What a simulation is told: a room as in the configuration, who comes and when, and how they behave. */
import { z } from 'zod';
import { duration, parseDuration } from '#settings/duration.ts';
import { check, type Fault } from '#settings/faults.ts';
import { fields } from '#settings/fields.ts';
import { roomBody, withTitle } from '#settings/room.ts';
import { time } from '#settings/time.ts';
import type { RoomSettings } from '#waiting-room/room.ts';

const share = z.number().min(0).max(1);
const count = z.int().min(0).max(100_000_000);

/** Milliseconds from the beginning of the simulation, which a duration that is not nothing cannot say. */
const at = z.string().transform((text, context) => {
  const milliseconds = parseDuration(text);
  if (milliseconds !== null) return milliseconds;
  context.issues.push({ code: 'custom', message: 'must be a duration such as 0s, 90s or 10m', input: text });
  return z.NEVER;
});

/** A point of the curve, or a crowd that comes at once. */
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

const schema = fields({
  /** The virtual clock begins here, so that events and periods may be given as times. */
  start: time.prefault('2026-11-24T10:00:00Z'),
  room: roomBody,
  /** How many come: straight lines between the points, and crowds that come at once. */
  arrivals,
  visitors: fields({
    /** Those whose turn comes and passes. */
    no_show: share.default(0),
    /** Those who give up, and after how long they would; of them, those who say so rather than close the page. */
    impatient: share.default(0),
    patience: spread.prefault({ median: '10m', p95: '40m' }),
    say_so: share.default(0.2),
    /** Those whose device goes silent once, and for how long. */
    asleep: share.default(0),
    sleep: spread.prefault({ median: '5m', p95: '20m' }),
    /** How long somebody who got in stays. */
    dwell: spread.prefault({ median: '4m', p95: '9m' }),
    /** Those who go without having done what they came for, of those who got in. */
    abandon: share.default(0),
    /** Those of whose going the site does not tell: their place is taken until the admission ends. */
    untold: share.default(0),
  }).prefault({}),
  /** How the origin answers, for the adaptive inlet: `base` until `capacity` are inside, then in proportion. */
  origin: fields({
    base: duration.prefault('100ms'),
    capacity: z.int().min(1),
    /** What is more than so many inside fails. */
    errors_from: z.int().min(1).optional(),
  }).optional(),
  /** The simulation ends here at the latest. */
  duration: duration.prefault('6h'),
  seed: z.int().min(0).default(1),
}).check(({ value, issues }) => {
  const { room, origin } = value;
  const inlets = [room.inlet, ...room.events.flatMap((event) => event.inlet ?? [])];
  const fault = (message: string, ...path: string[]) => issues.push({ code: 'custom', message, path, input: value });
  if (room.mode !== 'passthrough' && inlets.every(({ strategy }) => strategy === 'manual')) {
    fault('must not be manual: nobody is there to raise the counter', 'room', 'inlet', 'strategy');
  }
  if (inlets.some(({ strategy }) => strategy === 'adaptive') && !origin) {
    fault('is required where an inlet is adaptive', 'origin');
  }
});

export interface Scenario extends Omit<z.output<typeof schema>, 'room'> {
  readonly room: RoomSettings;
}

export type ArrivalPoint = Scenario['arrivals'][number];

/** What a file says. */
export type ScenarioInput = z.input<typeof schema>;

/** The scenario, or everything that is wrong with it. */
export function readScenario(input: unknown): { scenario: Scenario } | { faults: readonly Fault[] } {
  const checked = check(schema, input);
  if (!checked.ok) return { faults: checked.faults };
  const { room, ...rest } = checked.value;
  return { scenario: { ...rest, room: withTitle(room.id ?? 'simulated', room) } };
}
