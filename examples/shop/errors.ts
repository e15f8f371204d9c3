/** The identity provider does not answer, or not like an OpenID provider. It may recover. */
export class ProviderUnavailable extends Error {
  constructor(cause: unknown) {
    super('The identity provider does not answer.', { cause });
    this.name = 'ProviderUnavailable';
  }
}

/** The identity provider did not let the visitor in, or its answer is not valid. */
export class LoginRefused extends Error {
  /** The OAuth error code (RFC 6749 §4.1.2.1, §5.2), or the code of the check that failed. */
  readonly code: string;
  readonly description: string | null;

  constructor(code: string, description: string | null, cause: unknown) {
    super(`The login was refused: ${code}.`, { cause });
    this.name = 'LoginRefused';
    this.code = code;
    this.description = description;
  }
}

/** A bearer token that is not a valid ID token for this shop. */
export class TokenRefused extends Error {
  constructor(cause: unknown) {
    super('The token is not a valid ID token for this shop.', { cause });
    this.name = 'TokenRefused';
  }
}
