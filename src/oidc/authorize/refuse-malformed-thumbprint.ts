import type { KoaContextWithOIDC } from 'oidc-provider';
import { errors } from 'oidc-provider';

/** A SHA-256 hash in base64url: 256 bits, so the last character stands for four of them (RFC 7638, RFC 4648 §3.5). */
const THUMBPRINT = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;

/** Refuses a `dpop_jkt` that no key has (RFC 9449 §10): its code could never be exchanged. */
export function refuseMalformedThumbprint({ oidc: { params } }: KoaContextWithOIDC): void {
  const thumbprint = params?.dpop_jkt;
  if (thumbprint === undefined || THUMBPRINT.test(String(thumbprint))) return;
  throw new errors.InvalidRequest('dpop_jkt must be the SHA-256 thumbprint of a key, in base64url: 43 characters');
}
