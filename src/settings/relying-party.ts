import { z } from 'zod';
import type { RelyingParty } from '#waiting-room/relying-party.ts';
import { duration } from './duration.ts';
import { calledUrlWithoutFragment, clientId, fields, httpUrl, redirectUri, resource, roomId } from './fields.ts';
import type { ProfileName } from './profiles/index.ts';
import { profileNames, profiles } from './profiles/index.ts';

/** RFC 6749 appendix A.2: printable ASCII. */
const clientSecret = z.string().regex(/^[\x20-\x7e]{1,256}$/, 'must be 1 to 256 printable ASCII characters');

const later = {
  id_token_signed_response_alg: z.enum(['RS256', 'ES256', 'EdDSA']).default('RS256'),
  resources: z.array(resource).default([]),
  backchannel_logout_uri: calledUrlWithoutFragment.nullable().default(null),
  backchannel_logout_session_required: z.boolean().default(false),
  confirm_login: z
    .boolean()
    .default(false)
    .describe('Whether prompt=login and max_age ask a visitor who is inside to press a button.'),
};

/** Defaults for the settings that a relying party stored by an earlier version lacks. */
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
 * A relying party in the configuration file and the admin API ⇄ `RelyingParty`. Without a secret it is a public client.
 * The default of `login_window` is the profile's; `null` means that logins never expire.
 */
export const relyingParty = z.codec(wire, z.custom<RelyingParty>(), {
  decode: (party) => withLoginWindow(party.client_id, party),
  encode: (party) => ({
    ...LATER_SETTINGS,
    ...party,
    // The waiting room does not know the profiles: this schema has checked the name.
    profile: party.profile as ProfileName,
    redirect_uris: [...party.redirect_uris],
    post_logout_redirect_uris: [...party.post_logout_redirect_uris],
    resources: [...(party.resources ?? [])],
  }),
});

/** What answers show and requests may send back: it changes nothing. */
const readOnly = {
  client_secret_set: z.boolean().describe('Whether it has a secret. Without one it is a public client.'),
  warnings: z.array(z.string()).describe('Settings that will not work, each with what to do about it.'),
};

/** The names of what a request may send back. */
export const READ_ONLY = Object.keys(readOnly);

/** A relying party whose client id is in the path. A secret that is not named stays, and null removes it. */
export const relyingPartyBody = fields({
  client_id: clientId.optional(),
  ...shape,
  client_secret: clientSecret.nullable().optional(),
  client_secret_set: readOnly.client_secret_set.optional().meta({ readOnly: true }),
  warnings: readOnly.warnings.optional().meta({ readOnly: true }),
}).meta({ id: 'RelyingPartyBody' });

/** The relying party `id` from a body, with the secret that it had unless the body names one. */
export function relyingPartyFrom(
  id: string,
  body: z.output<typeof relyingPartyBody>,
  before: RelyingParty | null,
): RelyingParty {
  const { client_secret_set: _, warnings: __, client_secret: named, ...rest } = body;
  const secret = named === undefined ? before?.client_secret : (named ?? undefined);
  return withLoginWindow(id, secret === undefined ? rest : { ...rest, client_secret: secret });
}

/** With the login window of its profile unless the body has one. */
const withLoginWindow = (id: string, body: Omit<z.output<typeof wire>, 'client_id'>): RelyingParty => ({
  ...body,
  client_id: id,
  login_window: body.login_window === undefined ? profiles[body.profile].loginWindow : body.login_window,
});

export type RelyingPartyInput = z.input<typeof relyingParty>;

/** A relying party as answers show it: without its secret. */
export const relyingPartyView = z
  .object({
    ...wire.omit({ client_secret: true }).shape,
    login_window: duration.nullable(),
    ...readOnly,
  })
  .meta({ id: 'RelyingPartyView' });
