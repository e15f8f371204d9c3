import { z } from 'zod';
import type { RoomId, RoomSettings } from '#waiting-room/room.ts';
import { withoutSecrets } from '#waiting-room/room-secrets.ts';
import { access, accessBody, accessSettings } from './access.ts';
import { duration } from './duration.ts';
import { capacity, challenge, entrySettings, limits } from './entry.ts';
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
  closed_reason: z.enum(['sold_out', 'ended', 'maintenance']).nullable().optional(),
  inlet: inlet.prefault({ strategy: 'manual' }),
  admission: admission.prefault({}),
  presence: presence.prefault({}),
  capacity,
  challenge,
  limits,
  message: z.string().min(1).max(2000).nullable().default(null),
  return_urls: z.array(urlPrefix).default([]),
  events: events.prefault([]),
  ...access,
};

const wire = fields({ id: roomId, ...shape }).meta({ id: 'Room' });

const encode = (settings: RoomSettings) => ({
  ...settings,
  ...entrySettings(settings),
  ...accessSettings(settings),
  return_urls: [...settings.return_urls],
});

/** A room in the configuration file ⇄ `RoomSettings`. The default title is the id. */
export const room = z.codec(wire, z.custom<RoomSettings>(), {
  decode: (settings) => withTitle(settings.id, settings),
  encode,
});

const openShape = { ...shape, ...accessBody };

/** A room in an answer of the admin API: without its secrets. */
export const roomAnswer = z.codec(fields({ id: roomId, ...openShape }).meta({ id: 'Room' }), z.custom<RoomSettings>(), {
  decode: (settings) => withTitle(settings.id, settings),
  encode: (settings) => encode(withoutSecrets(settings)),
});

/** A room whose id is in the path. A secret that is left out stays. */
export const roomBody = fields({ id: roomId.optional(), ...openShape }).meta({ id: 'RoomBody' });

/** The settings of the room `id` from a body, with the id as title unless the body has one. */
export const withTitle = (id: RoomId, body: z.output<typeof roomBody>): RoomSettings => ({
  ...body,
  id,
  title: body.title ?? id,
});

/** A room as an operator writes it. Only `id` is required. */
export type RoomInput = z.input<typeof room>;
