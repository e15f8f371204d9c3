import { z } from 'zod';
import type { RoomId, RoomSettings } from '#waiting-room/room.ts';
import { duration } from './duration.ts';
import { events } from './event.ts';
import { fields, roomId, urlPrefix } from './fields.ts';
import { inlet } from './inlets/index.ts';

const admission = fields({
  lifetime: duration.prefault('10m'),
  claim_window: duration.prefault('2m'),
  missed_turn: z.enum(['front', 'back']).default('front'),
  renew: z.boolean().default(false),
});

const presence = fields({
  timeout: duration.prefault('3m'),
});

const shape = {
  title: z.string().min(1).max(200).optional(),
  mode: z.enum(['queue', 'passthrough', 'paused', 'closed']).default('queue'),
  inlet: inlet.prefault({ strategy: 'manual' }),
  admission: admission.prefault({}),
  presence: presence.prefault({}),
  message: z.string().min(1).max(2000).nullable().default(null),
  return_urls: z.array(urlPrefix).default([]),
  events: events.prefault([]),
};

const wire = fields({ id: roomId, ...shape }).meta({ id: 'Room' });

/** A room as the configuration file and the admin API have it ⇄ `RoomSettings`. The title defaults to the id. */
export const room = z.codec(wire, z.custom<RoomSettings>(), {
  decode: (settings) => withTitle(settings.id, settings),
  encode: (settings) => ({ ...settings, return_urls: [...settings.return_urls] }),
});

/** A room whose id is said elsewhere, and here only if it is the same. */
export const roomBody = fields({ id: roomId.optional(), ...shape }).meta({ id: 'RoomBody' });

/** The settings of the room `id`, from what was said in a body. */
export const withTitle = (id: RoomId, body: z.output<typeof roomBody>): RoomSettings => ({
  ...body,
  id,
  title: body.title ?? id,
});

/** What an operator writes; all but `id` may be left out. */
export type RoomInput = z.input<typeof room>;
