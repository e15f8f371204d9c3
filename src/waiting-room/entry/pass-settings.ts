/** Passes: signed tokens (JWT) that a site gives its customers, with one place in line each. */
export interface PassSettings {
  /** Whether nobody joins without a pass. */
  readonly required: boolean;
  /** The `iss` of passes. */
  readonly issuer: string;
  /** Where the issuer publishes its public keys, or else a secret that the site shares with the service. */
  readonly jwks_uri?: string | undefined;
  readonly secret?: string | undefined;
}
