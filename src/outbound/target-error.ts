/** Why a target got no request. Its message is safe to log: it says nothing that the target or the URL says. */
export class TargetError extends Error {
  override readonly name: string = 'TargetError';
}

/** Completes a sentence that begins with the name of a setting. */
export const ACCEPTED_TARGETS =
  "must not lead to this machine, to a link-local address or to a cloud's metadata service, unless ALLOW_PRIVATE_TARGETS is set";

export class TargetRefused extends TargetError {
  override readonly name = 'TargetRefused';

  constructor() {
    super(`the target ${ACCEPTED_TARGETS}`);
  }
}

/** No answer came before the deadline. */
export class TargetTimeout extends TargetError {
  override readonly name = 'TargetTimeout';

  constructor() {
    super('the target did not answer in time');
  }
}

export class ConnectionFailed extends TargetError {
  override readonly name = 'ConnectionFailed';
  /** Why, in the words of Node, such as ECONNREFUSED. */
  readonly code: string;

  constructor(code: string) {
    super(`the connection to the target failed (${code})`);
    this.code = code;
  }
}

/** The target's certificate is not valid. */
export class CertificateRefused extends TargetError {
  override readonly name = 'CertificateRefused';
  /** Why, in the words of Node and OpenSSL, such as CERT_HAS_EXPIRED. */
  readonly code: string;

  constructor(code: string) {
    super(`the certificate of the target is not valid (${code})`);
    this.code = code;
  }
}

/** @see https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const OF_CERTIFICATES = /^(CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|INVALID_CA|HOSTNAME_|ERR_TLS_CERT_)/;

/** Keeps the code of a failure only. Its message may repeat what the target sent, and its fields too. */
export function targetUnreachable(error: unknown, signal: AbortSignal | undefined): TargetError {
  if (error instanceof TargetError) return error;
  if (signal?.aborted) return new TargetTimeout();
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'no code';
  if (OF_CERTIFICATES.test(code)) return new CertificateRefused(code);
  return new ConnectionFailed(code);
}
