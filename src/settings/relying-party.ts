import { z } from 'zod';
import type { RelyingParty } from '#waiting-room/relying-party.ts';
import { duration } from './duration.ts';
import { clientId, fields, httpUrl, httpUrlWithoutFragment, redirectUri, resource, roomId } from './fields.ts';
import type { ProfileName } from './profiles/index.ts';
import { profileNames, profiles } from './profiles/index.ts';

/** RFC 6749 appendix A.2: printable ASCII. */
const clientSecret = z.string().regex(/^[\x20-\x7e]{1,256}$/, 'must be 1 to 256 printable ASCII characters');

const later = {
  resources: z.array(resource).default([]),
  backchannel_logout_uri: httpUrlWithoutFragment.nullable().default(null),
  backchannel_logout_session_required: z.boolean().default(false),
};

/** What stands for the settings that a relying party of an earlier version does not have. */
export const LATER_SETTINGS = z.object(later).parse({});

const shape = {
  client_secret: clientSecret.optional(),
  room: roomId,
  profile: z.enum(profileNames).default('generic'),
  redirect_uris: z.array(redirectUri).min(1),
  post_logout_redirect_uris: z.array(redirectUri).default([]),
  login_window: duration.nullable().optional(),
  landing_url: httpUrl.nullable().default(null),
  initiate_login_uri: httpUrl.nullable().default(null),
  ...later,
};

const wire = fields({ client_id: clientId, ...shape }).meta({ id: 'RelyingParty' });

/**
 * A relying party as the configuration file and the admin API have it ⇄ `RelyingParty`. Without a secret it is a
 * public client; without a login window it has that of its profile, and with `null` it has none.
 */
export const relyingParty = z.codec(wire, z.custom<RelyingParty>(), {
  decode: (party) => withLoginWindow(party.client_id, party),
  encode: (party) => ({
    ...LATER_SETTINGS,
    ...party,
    // The waiting room leaves the names of profiles open; here is where they are checked.
    profile: party.profile as ProfileName,
    redirect_uris: [...party.redirect_uris],
    post_logout_redirect_uris: [...party.post_logout_redirect_uris],
    resources: [...(party.resources ?? [])],
  }),
});

/** A relying party whose client id is said elsewhere, and here only if it is the same. */
export const relyingPartyBody = fields({ client_id: clientId.optional(), ...shape }).meta({ id: 'RelyingPartyBody' });

/** The relying party `id`, from what was said in a body. */
export const withLoginWindow = (id: string, body: z.output<typeof relyingPartyBody>): RelyingParty => ({
  ...body,
  client_id: id,
  login_window: body.login_window === undefined ? profiles[body.profile].loginWindow : body.login_window,
});

export type RelyingPartyInput = z.input<typeof relyingParty>;

/** What is shown of a relying party: everything but its secret. */
export const relyingPartyView = z
  .object({
    ...wire.omit({ client_secret: true }).shape,
    login_window: duration.nullable(),
    client_secret_set: z.boolean().describe('Whether it has a secret; without one it is a public client.'),
    warnings: z.array(z.string()).describe('What will not work as it is set, each with what to do about it.'),
  })
  .meta({ id: 'RelyingPartyView' });
