/**
 * Verifies requests that are signed with AWS Signature Version 4, as API Gateway does for an API with IAM authorization.
 * Messages and error types are those of API Gateway.
 */
import { isSameSecret } from '#http/secrets.ts';
import type { SignedRequest } from './canonical-request.ts';
import { canonicalRequests, headerOf, sha256, signatureOf } from './canonical-request.ts';
import type { SignedWith } from './credential.ts';
import { formatTime, parseTime, readSignature } from './credential.ts';

export interface AwsCredential {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export type Verified =
  | { readonly ok: true; readonly accessKeyId: string }
  | { readonly ok: false; readonly type: string; readonly message: string };

export interface VerifyDeps {
  readonly credentials: readonly AwsCredential[];
  /** The host of the public URL: a proxy may have replaced the `Host` that was signed. */
  readonly publicHost: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** How far a client's clock may be off, in ms. */
const SKEW = 5 * 60_000;

export const MISSING: Verified = {
  ok: false,
  type: 'MissingAuthenticationTokenException',
  message: 'Missing Authentication Token',
};
export const UNKNOWN_KEY: Verified = {
  ok: false,
  type: 'UnrecognizedClientException',
  message: 'The security token included in the request is invalid.',
};
const WRONG: Verified = {
  ok: false,
  type: 'InvalidSignatureException',
  message:
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
};
const INCOMPLETE: Verified = {
  ok: false,
  type: 'IncompleteSignatureException',
  message:
    "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
};

const refused = (message: string): Verified => ({ ok: false, type: 'InvalidSignatureException', message });

export function createVerify({ credentials, publicHost, now }: VerifyDeps): (request: SignedRequest) => Verified {
  return (request) => {
    const given = readSignature(request);
    if (given === null) return MISSING;
    if (given === 'incomplete') return INCOMPLETE;
    const credential = credentials.find(({ accessKeyId }) => accessKeyId === given.accessKeyId);
    if (!credential) return UNKNOWN_KEY;
    const fault = scopeFault(given) ?? timeFault(given, now());
    if (fault) return fault;
    if (!isWholeRequestSigned(request, given)) return WRONG;
    const hosts = new Set([headerOf(request, 'host') ?? '', publicHost]);
    const isRight = canonicalRequests(request, given.signedHeaders, [...hosts]).some((canonical) =>
      isSameSecret(given.signature, signatureOf(canonical, credential.secretAccessKey, given.time, given.scope)),
    );
    return isRight ? { ok: true, accessKeyId: credential.accessKeyId } : WRONG;
  };
}

function scopeFault({ scope, terminator, time }: SignedWith): Verified | null {
  if (scope.service !== 'execute-api')
    return refused("Credential should be scoped to correct service: 'execute-api'. ");
  if (terminator !== 'aws4_request') {
    return refused("Credential should be scoped with a valid terminator: 'aws4_request'. ");
  }
  if (scope.date === time.slice(0, 8)) return null;
  return refused(
    `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${time}'. `,
  );
}

/** A signed URL is valid for as long as it says, and not before it was signed. */
function timeFault({ time, expires }: SignedWith, now: number): Verified | null {
  const signedAt = parseTime(time);
  const last = signedAt + (expires === null ? SKEW : expires * 1000);
  if (signedAt - now <= SKEW && now <= last) return null;
  const [limit, side] = now > last ? [now - (last - signedAt), 'earlier'] : [now + SKEW, 'later'];
  return refused(`Signature expired: ${time} is now ${side} than ${formatTime(limit)} (${formatTime(now)} -/+ 5 min.)`);
}

/** The host and, in the header form, the time have to be signed. A hash that the client names has to be the body's. */
function isWholeRequestSigned(request: SignedRequest, { signedHeaders, expires }: SignedWith): boolean {
  if (!signedHeaders.includes('host')) return false;
  const isInHeader = headerOf(request, 'authorization') !== null;
  if (isInHeader && expires === null && !['x-amz-date', 'date'].some((name) => signedHeaders.includes(name)))
    return false;
  const hash = headerOf(request, 'x-amz-content-sha256');
  return hash === null || hash === sha256(request.body);
}
