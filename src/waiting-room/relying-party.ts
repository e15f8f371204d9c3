import type { RoomId } from './room.ts';

/** An OpenID Connect client whose visitors wait in a room. Field names are those of the file and the admin API. */
export interface RelyingParty {
  readonly client_id: string;
  /** Absent for a public client, which then must use PKCE. */
  readonly client_secret?: string | undefined;
  readonly room: RoomId;
  readonly profile: string;
  readonly redirect_uris: readonly string[];
  readonly post_logout_redirect_uris: readonly string[];
  /** How long the relying party keeps a login transaction alive, in milliseconds; null: however long that takes. */
  readonly login_window: number | null;
  /** Where a visitor is sent who has to start anew and whose deep link is unknown. */
  readonly landing_url: string | null;
  /** OpenID Connect Core §4, third-party initiated login, where the relying party has it. */
  readonly initiate_login_uri: string | null;
  /**
   * APIs that its access tokens may be made for: resource indicators (RFC 8707), the audience of a JWT. Absent, like the
   * next, in what was kept before there were any.
   */
  readonly resources?: readonly string[] | undefined;
  /**
   * OpenID Connect Back-Channel Logout 1.0 §2.2: where it is told that an admission ended; null: nowhere.
   */
  readonly backchannel_logout_uri?: string | null;
  /** Whether it is to be told of one of its sessions, by the ID token's `sid`, rather than of a visitor. */
  readonly backchannel_logout_session_required?: boolean;
}
