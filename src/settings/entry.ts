/** The settings of a room that say what is asked of newcomers. */
import { z } from 'zod';
import type { Rate } from '#waiting-room/entry/entry-settings.ts';
import { challengeOf, DEFAULT_LIMITS, limitsOf } from '#waiting-room/entry/entry-settings.ts';
import type { RoomSettings } from '#waiting-room/room.ts';
import { formatDuration, parseDuration } from './duration.ts';
import { fields } from './fields.ts';
import { exactName } from './plain-text.ts';

const RATE = /^([1-9]\d{0,6})\/([1-9]\d*(?:ms|s|m|h))$/;
/** The longest window of a rate, in ms: a day. */
const LONGEST = 24 * 3_600_000;

/** `60/1m` on the wire. */
const rate = z.codec(z.string().meta({ pattern: RATE.source, examples: ['60/1m', '10/1s'] }), z.custom<Rate>(), {
  decode(text, context) {
    const [, count = '', per = ''] = RATE.exec(text) ?? [];
    const window = parseDuration(per);
    if (window !== null && window <= LONGEST) return { count: Number(count), window };
    context.issues.push({
      code: 'custom',
      message: 'must be a number and a duration of at most a day, such as 60/1m',
      input: text,
    });
    return z.NEVER;
  },
  encode: ({ count, window }) => `${count}/${formatDuration(window)}`,
});

const when = z.enum(['off', 'auto', 'always']);

const provider = fields({
  when: when.default('auto'),
  provider: z.enum(['turnstile', 'hcaptcha', 'recaptcha', 'friendly-captcha']),
  site_key: exactName(500),
  secret: z
    .string()
    .min(1)
    .max(500)
    .optional()
    .describe('Verifies tokens. For Friendly Captcha it is the API key. Answers never contain it.'),
});

/** As an operator writes it to a room that may have the secret already. */
export const challengeBody = z
  .union([when, provider])
  .optional()
  .describe('Whether visitors prove themselves by a challenge, in the background.');

/** Complete. */
export const challenge = challengeBody.refine((given) => typeof given !== 'object' || given.secret !== undefined, {
  error: 'is required',
  path: ['secret'],
});

export const limits = fields({
  joins_per_address: rate
    .nullable()
    .prefault('60/1m')
    .describe('Joins of one address without a proof before the next one needs a proof. null is no limit.'),
  unproven_per_address: z
    .int()
    .min(0)
    .max(10_000)
    .default(DEFAULT_LIMITS.unproven_per_address)
    .describe('Visitors of one address that may be present or inside without a proof.'),
  sessions_per_admission: z
    .int()
    .min(1)
    .max(1000)
    .default(DEFAULT_LIMITS.sessions_per_admission)
    .describe('Browsers that may use one admission.'),
}).prefault({});

export const capacity = z
  .int()
  .min(1)
  .nullable()
  .default(null)
  .describe('The most present visitors in line. Newcomers beyond it see that the line is full. null is no limit.');

/** These settings of a room; one that an earlier version stored has the defaults. */
export const entrySettings = (settings: RoomSettings) => ({
  capacity: settings.capacity ?? null,
  challenge: settings.challenge ?? challengeOf(settings),
  limits: limitsOf(settings),
});
