import { z } from 'zod';
import { challengeOf } from '#waiting-room/entry/entry-settings.ts';
import { hasLanes } from '#waiting-room/lanes.ts';
import { pauseSettings, pauseStopsOf } from '#waiting-room/pause.ts';
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
import { page } from './page.ts';
import { isBlank } from './plain-text.ts';
import { keepTexts, messageOfRoom, title } from './texts.ts';

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

const pause = fields({
  stops: z
    .enum(['nothing', 'claim_windows', 'claim_windows_and_admissions'])
    .default('nothing')
    .describe(
      'With claim_windows, the time of served visitors stands still while the room is paused. With claim_windows_and_admissions, so does that of visitors inside.',
    ),
});

const presence = fields({
  timeout: duration.prefault('3m'),
});

const shape = {
  title,
  mode: z.enum(['queue', 'passthrough', 'paused', 'closed']).default('queue'),
  closed_reason: z.enum(['sold_out', 'ended', 'maintenance']).nullable().optional(),
  stock: z
    .int()
    .min(0)
    .max(1_000_000_000)
    .nullable()
    .optional()
    .describe(
      'What there is to sell, from the moment that this is set. Completed exits lower it: GET …/stock says what is left. With none left the room closes, with the reason sold_out.',
    ),
  inlet: inlet.prefault({ strategy: 'manual' }),
  admission: admission.prefault({}),
  pause: pause.optional(),
  presence: presence.prefault({}),
  capacity,
  challenge,
  limits,
  message: messageOfRoom,
  return_urls: z.array(urlPrefix).default([]),
  events: events.prefault([]),
  ...access,
  aws: aws.nullable().optional(),
  languages,
  ...page,
};

const wire = fields({ id: roomId, ...shape }).meta({ id: 'Room' });

/** The fields of a room that a later version stored may be more than are known here. */
const encodeRoom = (settings: RoomSettings) => ({
  ...known(settings),
  title: settings.titles ?? settings.title,
  message: settings.messages ?? settings.message,
  ...entrySettings(settings),
  ...accessSettings(settings),
  ...(settings.pause ? { pause: { stops: pauseStopsOf(settings) } } : {}),
  return_urls: [...settings.return_urls],
});

const known = (settings: RoomSettings): RoomSettings =>
  Object.fromEntries(
    Object.entries(settings).filter(([field]) => Object.hasOwn(wire.shape, field)),
  ) as unknown as RoomSettings;

/** AWS's clients bring neither: the API would answer nobody, or be a way around what everybody else needs. */
function refuseWhatAwsLacks({ value, issues }: z.core.ParsePayload<AskedOfNewcomers>): void {
  if (!value.aws) return;
  const fault = (path: string[], message: string) => issues.push({ code: 'custom', message, path, input: value });
  if (challengeOf(value) === 'always') {
    fault(['challenge'], "must be off or auto in a room with aws: AWS's clients bring no proof");
  }
  if (Object.keys(value.lanes ?? {}).length > 0) {
    fault(['lanes'], "must be left out in a room with aws: AWS's clients know one line");
  }
  if (value.passes?.required) {
    fault(['passes', 'required'], "must be false in a room with aws: AWS's clients bring no pass");
  }
}

interface AskedOfNewcomers extends Pick<RoomSettings, 'aws' | 'challenge'> {
  readonly passes?: { readonly required: boolean } | null | undefined;
  readonly lanes?: RoomSettings['lanes'];
}

/** A room in the configuration file and the admin API ⇄ `RoomSettings`. The default title is the id. */
export const room = z
  .codec(wire, z.custom<RoomSettings>(), {
    decode: (settings) => withTitle(settings.id, settings),
    encode: encodeRoom,
  })
  .check(refuseWhatAwsLacks);

/**
 * A room as an operator would write it: without a challenge that is the default, since that follows `aws`. A change of
 * one changes the other. A title or message of spaces, which earlier versions stored, is left out: it would be a fault.
 */
export function roomForm(settings: RoomSettings) {
  const { challenge, ...given } = z.encode(room, settings);
  const rest = {
    ...given,
    ...(isBlank(given.title) ? { title: undefined } : {}),
    ...(isBlank(given.message) ? { message: null } : {}),
  };
  return challenge === challengeOf({ aws: settings.aws }) ? rest : { ...rest, challenge };
}

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
export function withTitle(id: RoomId, { lanes, bind, pause, ...body }: z.output<typeof roomBody>): RoomSettings {
  const texts = keepTexts(body, body.languages);
  return {
    ...body,
    // Versions without lanes and without `bind` can read a room that has none.
    ...(hasLanes({ id, lanes }) ? { lanes } : {}),
    ...(bind === 'browser' ? {} : { bind }),
    ...pauseSettings(pause?.stops),
    ...texts,
    id,
    title: texts.title ?? id,
    message: texts.message ?? null,
    challenge: body.challenge ?? challengeOf(body),
  };
}

/** A room as an operator writes it. Only `id` is required. */
export type RoomInput = z.input<typeof room>;
