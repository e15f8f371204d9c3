import { z } from 'zod';
import { challengeOf } from '#waiting-room/entry/entry-settings.ts';
import type { RoomId, RoomSettings } from '#waiting-room/room.ts';
import { withoutOwnSecrets } from '#waiting-room/room-secrets.ts';
import { access, accessBody, accessSettings } from './access.ts';
import { aws, awsView } from './aws.ts';
import { duration, durationOrNone } from './duration.ts';
import { capacity, challenge, challengeBody, entrySettings, limits } from './entry.ts';
import { events } from './event.ts';
import { fields, roomId, urlPrefix } from './fields.ts';
import { inlet } from './inlets/index.ts';
import { languages } from './languages.ts';

const admission = fields({
  lifetime: duration.prefault('10m'),
  claim_window: duration.prefault('2m'),
  confirm_window: durationOrNone
    .optional()
    .describe(
      'How long an admission may stay unconfirmed before its place is free again: 30s unless set. 0s is no limit.',
    ),
  missed_turn: z.enum(['front', 'back']).default('front'),
  missed_turn_grace: duration
    .optional()
    .describe(
      'How long after a missed turn the front is open. Visitors who return later rejoin at the back. 30m by default.',
    ),
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
  aws: aws.nullable().optional(),
  languages,
};

const wire = fields({ id: roomId, ...shape }).meta({ id: 'Room' });

const encodeRoom = (settings: RoomSettings) => ({
  ...settings,
  ...entrySettings(settings),
  ...accessSettings(settings),
  return_urls: [...settings.return_urls],
});

/** AWS's clients bring neither: the API would answer nobody, or be a way around what everybody else needs. */
function refuseWhatAwsLacks({ value, issues }: z.core.ParsePayload<AskedOfNewcomers>): void {
  if (!value.aws) return;
  const fault = (path: string[], message: string) => issues.push({ code: 'custom', message, path, input: value });
  if (challengeOf(value) === 'always') {
    fault(['challenge'], "must be off or auto in a room with aws: AWS's clients bring no proof");
  }
  if (value.passes?.required) {
    fault(['passes', 'required'], "must be false in a room with aws: AWS's clients bring no pass");
  }
}

interface AskedOfNewcomers extends Pick<RoomSettings, 'aws' | 'challenge'> {
  readonly passes?: { readonly required: boolean } | null | undefined;
}

/** A room in the configuration file and the admin API ⇄ `RoomSettings`. The default title is the id. */
export const room = z
  .codec(wire, z.custom<RoomSettings>(), {
    decode: (settings) => withTitle(settings.id, settings),
    encode: encodeRoom,
  })
  .check(refuseWhatAwsLacks);

/** What may leave out secrets. */
const openShape = { ...shape, ...accessBody, challenge: challengeBody };

/** A room as answers show it: without secrets. */
export const roomView = z.codec(
  fields({ id: roomId, ...openShape, aws: awsView.nullable().optional() }).meta({ id: 'RoomView' }),
  z.custom<RoomSettings>(),
  {
    decode: (settings) => withTitle(settings.id, settings),
    encode: (settings) => encodeRoom(withoutOwnSecrets(settings)),
  },
);

/** A room whose id is in the path. A secret that is left out stays. */
export const roomBody = fields({ id: roomId.optional(), ...openShape })
  .check(refuseWhatAwsLacks)
  .meta({ id: 'RoomBody' });

/** The settings of the room `id` from a body, with the id as title unless the body has one. */
export const withTitle = (id: RoomId, body: z.output<typeof roomBody>): RoomSettings => ({
  ...body,
  id,
  title: body.title ?? id,
  challenge: body.challenge ?? challengeOf(body),
});

/** A room as an operator writes it. Only `id` is required. */
export type RoomInput = z.input<typeof room>;
