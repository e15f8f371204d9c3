import type { RoomId } from './room.ts';

/** An OpenID Connect client whose visitors wait in a room. Field names are those of the file and the admin API. */
export interface RelyingParty {
  readonly client_id: string;
  /** Absent for a public client, which must use PKCE. */
  readonly client_secret?: string | undefined;
  readonly room: RoomId;
  readonly profile: string;
  readonly redirect_uris: readonly string[];
  readonly post_logout_redirect_uris: readonly string[];
  /** How long the relying party keeps a login transaction alive, in milliseconds; null for no limit. */
  readonly login_window: number | null;
  /** Where to send a visitor who must restart the login and whose deep link is unknown. */
  readonly landing_url: string | null;
  /** OpenID Connect Core §4, third-party initiated login; null if the relying party has none. */
  readonly initiate_login_uri: string | null;
  /**
   * APIs that its access tokens may be issued for: resource indicators (RFC 8707), the audience of a JWT. Absent in
   * relying parties that an older version stored; so are the next two.
   */
  readonly resources?: readonly string[] | undefined;
  /** OpenID Connect Back-Channel Logout 1.0 §2.2: where to send logout tokens; null for nowhere. */
  readonly backchannel_logout_uri?: string | null;
  /** Whether its logout tokens must identify the session, by the ID token's `sid`, and not only the visitor. */
  readonly backchannel_logout_session_required?: boolean;
  /** How its ID tokens and logout tokens are signed; absent in relying parties that an older version stored: RS256. */
  readonly id_token_signed_response_alg?: 'RS256' | 'ES256' | 'EdDSA';
  /**
   * Whether prompt=login and max_age ask a visitor who is inside to press a button (OpenID Connect Core §3.1.2.1);
   * absent in relying parties that an older version stored: no.
   */
  readonly confirm_login?: boolean;
}

/** Called after a relying party was stored, or deleted (null). Never throws and never waits. */
export type RelyingPartyChanged = (clientId: string, party: RelyingParty | null) => void;
