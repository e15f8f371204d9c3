import { z } from 'zod';
import type { AwsSettings, RoomSettings } from '#waiting-room/room.ts';
import { duration, formatDuration } from './duration.ts';
import { fields, httpUrl } from './fields.ts';

/** A duration of whole seconds: tokens count in seconds. */
const seconds = duration.refine((milliseconds) => milliseconds % 1000 === 0, { error: 'must be in whole seconds' });

const expiry = z.codec(z.string().meta({ examples: ['15m', 'off'] }), z.union([z.number(), z.literal('off')]), {
  decode(text, context) {
    if (text === 'off') return 'off' as const;
    const checked = z.safeDecode(seconds, text);
    if (checked.success) return checked.data;
    context.issues.push({ code: 'custom', message: 'must be off or a duration such as 15m', input: text });
    return z.NEVER;
  },
  encode: (value) => (value === 'off' ? value : formatDuration(value)),
});

const issuers = z.union([httpUrl, fields({ public: httpUrl, private: httpUrl })], {
  error: 'must be a URL, or an object with the URLs public and private',
});

/** Printable ASCII, as a header can carry it. */
const apiKey = z
  .string()
  .regex(/^[\x21-\x7e]{16,256}$/, 'must be 16 to 256 printable ASCII characters without a space');

const wire = fields({
  event_id: z
    .string()
    .regex(/^[^<>\p{Cc}]{1,255}$/u, 'must be 1 to 255 characters other than < and >')
    .optional()
    .describe("The room's name for AWS's clients. Default: the room's id."),
  issuer: issuers
    .nullable()
    .default(null)
    .describe('The issuer of the tokens. Default: the public URL of the service.'),
  validity_period: seconds.prefault('1h').describe('How long a token is valid.'),
  queue_position_expiry: expiry
    .prefault('15m')
    .describe('How long a served number may be exchanged for a token. It takes the place of `admission.claim_window`.'),
  raise_on_expiry: z
    .boolean()
    .default(false)
    .describe('Whether each turn that expires raises the serving counter by one.'),
  api_key: apiKey.nullable().optional().describe('What the public API expects as x-api-key. Answers never contain it.'),
  api_key_set: z.boolean().optional().describe('Whether there is a key.').meta({ readOnly: true }),
}).meta({ id: 'AwsSettings' });

/** The settings of AWS's API ⇄ `AwsSettings`. What a request sends back of `api_key_set` changes nothing. */
export const aws = z.codec(wire, z.custom<AwsSettings>(), {
  decode: ({ api_key_set: _, ...given }) => given,
  encode: (settings) => ({ ...settings }),
});

/** The room with the API key that it had, if the body has `aws` and names none. */
export function withApiKey(settings: RoomSettings, before: RoomSettings | null): RoomSettings {
  const key = before?.aws?.api_key;
  if (!settings.aws || settings.aws.api_key !== undefined || !key) return settings;
  return { ...settings, aws: { ...settings.aws, api_key: key } };
}

/** The same as answers show it: without the API key. */
export const awsView = z.codec(wire.meta({ id: 'AwsSettingsView' }), z.custom<AwsSettings>(), {
  decode: ({ api_key_set: _, ...given }) => given,
  encode: ({ api_key, ...shown }) => ({ ...shown, api_key_set: Boolean(api_key) }),
});
