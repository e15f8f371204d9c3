/** What is known of a kind of relying party, so that an operator need not know it. */
export interface Profile {
  /** Whose name a warning says. */
  readonly name: string;
  /** How long it keeps a login transaction alive, in milliseconds; null where it keeps it however long that takes. */
  readonly loginWindow: number | null;
  /** Whether nobody can set the login window at the relying party. */
  readonly fixedWindow: boolean;
  /** What the path of its redirect URI looks like; null where the operator chooses it. */
  readonly redirectPath: RedirectPath | null;
  /** Whether it works over https only (its own host; on a loopback host none does). */
  readonly https: boolean;
  /** Whether it has to have a client secret. */
  readonly secret: boolean;
  /** Whether it sends a PKCE challenge (RFC 7636). */
  readonly pkce: 'always' | 'sometimes' | 'never';
  /** Whether it refuses a visitor without an e-mail address, so that it has to ask for the scope `email`. */
  readonly email: boolean;
  /** Reads the page that a visitor came for out of `state`; null where that is opaque. */
  readonly deepLink: DeepLink | null;
  /** Where it takes third-party initiated logins (OpenID Connect Core §4) without being told so; null: nowhere. */
  readonly initiateLoginUri: ((redirectUri: URL) => URL | null) | null;
  /** Whether it finds the page that a visitor came for again by itself, wherever the fresh login begins. */
  readonly remembersPage: boolean;
  /** Whether it keeps one transaction a browser: a newer login in another tab then makes the older one void. */
  readonly oneLogin: boolean;
  /** Whether it looks at a token's end only while it has a refresh token. */
  readonly refreshTokens: boolean;
  /**
   * Whether it says which of its `resources` an access token is for, where it is for one (RFC 8707 §2). If not, each is
   * for the first: without any, its access tokens are of no use to the API.
   */
  readonly asksForResource: boolean;
  /** How long its access tokens should live, in milliseconds; null: as long as the admission. */
  readonly accessTokenLifetime: number | null;
  /** How to set its own session so that it ends with the admission. */
  readonly session: string;
}

export interface RedirectPath {
  readonly pattern: RegExp;
  /** As an operator would write it. */
  readonly example: string;
}

/**
 * From `state` and the redirect URI of the same request to the page that the visitor came for, or null. Whoever makes
 * the request chooses `state`: that the URL is one of the relying party's is for the caller to check.
 */
export type DeepLink = (state: string, redirectUri: URL) => URL | null;

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
