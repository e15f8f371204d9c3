/** What Anteroom knows about a kind of relying party, so that an operator need not. */
export interface Profile {
  /** Its name in warnings. */
  readonly name: string;
  /** The login window in milliseconds: how long it keeps a login transaction alive. Null: its logins never expire. */
  readonly loginWindow: number | null;
  /** Whether the login window cannot be configured at the relying party. */
  readonly fixedWindow: boolean;
  /** The path of its redirect URI. Null: the operator chooses it. */
  readonly redirectPath: RedirectPath | null;
  /** Whether it works over https only, except on a loopback host. */
  readonly https: boolean;
  /** Whether it requires a client secret. */
  readonly secret: boolean;
  /** Whether it sends a PKCE challenge (RFC 7636). */
  readonly pkce: 'always' | 'sometimes' | 'never';
  /** Whether it requires an email address, and must request the scope `email`. */
  readonly email: boolean;
  /** Reads the page that the visitor requested from `state`. Null: `state` is opaque. */
  readonly deepLink: DeepLink | null;
  /** Where it accepts third-party initiated logins (OpenID Connect Core §4) by default. Null: nowhere. */
  readonly initiateLoginUri: ((redirectUri: URL) => URL | null) | null;
  /** Whether it remembers the page that the visitor requested, wherever a new login starts. */
  readonly remembersPage: boolean;
  /** Whether it keeps one login transaction per browser: a new login in another tab invalidates the previous one. */
  readonly oneLogin: boolean;
  /** Whether it checks a token's expiry only while it has a refresh token. */
  readonly refreshTokens: boolean;
  /**
   * Whether it names the resource that an access token is for (RFC 8707 §2). If not, each token is for the first of its
   * `resources`; without any, the API cannot use its tokens.
   */
  readonly asksForResource: boolean;
  /** The lifetime of its access tokens in milliseconds. Null: that of the admission. */
  readonly accessTokenLifetime: number | null;
  /** How to configure its session to end with the admission. */
  readonly session: string;
}

export interface RedirectPath {
  readonly pattern: RegExp;
  /** The path as an operator would write it. */
  readonly example: string;
}

/**
 * Returns the page that the visitor requested, from `state` and the redirect URI of the same request, or null. The sender
 * of the request chooses `state`: the caller must check that the URL belongs to the relying party.
 */
export type DeepLink = (state: string, redirectUri: URL) => URL | null;

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
