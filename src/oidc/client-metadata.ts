import type { ClientMetadata } from 'oidc-provider';
import { profileOf } from '#settings/profiles/index.ts';
import type { RelyingParty } from '#waiting-room/relying-party.ts';
import { applicationType } from './redirect-uri.ts';

/**
 * A relying party as OpenID Connect client metadata (Dynamic Client Registration 1.0 §2). A confidential client may use
 * client_secret_basic or client_secret_post: oidc-provider accepts both for either. `initiate_login_uri` is left out: only a
 * restart of a login uses it, and an http one that an earlier version stored would break every request.
 */
export function clientMetadata(party: RelyingParty): ClientMetadata {
  // A public client cannot keep a refresh token secret.
  const refreshes = profileOf(party.profile).refreshTokens && party.client_secret !== undefined;
  return {
    client_id: party.client_id,
    ...(party.client_secret === undefined
      ? { token_endpoint_auth_method: 'none' }
      : { client_secret: party.client_secret, token_endpoint_auth_method: 'client_secret_basic' }),
    application_type: applicationType(party),
    grant_types: ['authorization_code', ...(refreshes ? ['refresh_token'] : [])],
    response_types: ['code'],
    redirect_uris: [...party.redirect_uris],
    post_logout_redirect_uris: [...party.post_logout_redirect_uris],
    id_token_signed_response_alg: party.id_token_signed_response_alg ?? 'RS256',
    ...(party.backchannel_logout_uri
      ? {
          backchannel_logout_uri: party.backchannel_logout_uri,
          backchannel_logout_session_required: party.backchannel_logout_session_required ?? false,
        }
      : {}),
  };
}
