import { z } from 'zod';
import type { RoomEvent } from '#waiting-room/room.ts';
import { fields, roomId } from './fields.ts';
import { inlet } from './inlets/index.ts';
import { givenTexts, keepTexts, messageOfEvent, title } from './texts.ts';
import { time } from './time.ts';

const wire = fields({
  id: roomId,
  prequeue_start: time.optional(),
  start: time,
  end: time.nullable().default(null),
  order: z.enum(['draw', 'arrival']).default('draw'),
  title,
  inlet: inlet.optional(),
  message: messageOfEvent,
}).meta({ id: 'Event' });

/** An event of a room ⇄ `RoomEvent`. Without `prequeue_start` there are no entrants before the start. */
const event = z
  .codec(wire, z.custom<RoomEvent>(), {
    decode: ({ title, message, ...given }) => ({
      ...given,
      ...keepTexts({ title, message }),
      prequeue_start: given.prequeue_start ?? given.start,
    }),
    encode: ({ titles, messages, ...given }) => ({ ...given, ...givenTexts({ ...given, titles, messages }) }),
  })
  .check(({ value, issues }) => {
    const fault = (path: string, message: string) =>
      issues.push({ code: 'custom', message, path: [path], input: value });
    if (value.prequeue_start > value.start) fault('prequeue_start', 'must not be after the start');
    if (value.end !== null && value.end <= value.start) fault('end', 'must be after the start');
  });

/** The events of a room, sorted by time. They must not overlap. */
export const events = z
  .codec(z.array(event), z.custom<readonly RoomEvent[]>(), {
    decode: (given) => [...given].sort((one, other) => one.prequeue_start - other.prequeue_start),
    encode: (given) => [...given],
  })
  .check(({ value, issues }) => {
    value.forEach((each, i) => {
      const fault = (path: string, message: string) =>
        issues.push({ code: 'custom', message, path: [i, path], input: each });
      if (value.some((other, j) => j < i && other.id === each.id))
        fault('id', 'must be unique: another event has the same id');
      const before = value[i - 1];
      if (before && (before.end ?? Number.POSITIVE_INFINITY) > each.prequeue_start) {
        fault('prequeue_start', `must not be before the end of the event "${before.id}"`);
      }
    });
  });
