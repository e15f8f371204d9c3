/**
 * Where a browser gets notifications: what its push service has subscribed (W3C Push API §8.2). The address is a URL that
 * a visitor brings, so only the push services that the operator knows are taken.
 */
import { ECDH } from 'node:crypto';

export interface PushSubscription {
  readonly endpoint: string;
  /** A point of P-256, uncompressed, in base64url (RFC 8291 §3.1). */
  readonly p256dh: string;
  /** 16 bytes in base64url (RFC 8291 §3.2). */
  readonly auth: string;
}

/** Characters. */
const LONGEST_ENDPOINT = 1000;
const LONGEST_TEXT = 4000;

/**
 * Whether a host is one of the operator's: by name, below `*.` and a domain, or by origin. Without an origin it takes
 * https and the usual port.
 */
export function isPushEndpoint(endpoint: string, hosts: readonly string[]): boolean {
  const url = endpoint.length <= LONGEST_ENDPOINT ? URL.parse(endpoint) : null;
  if (url === null) return false;
  if (url.username !== '' || url.password !== '' || url.hash !== '') return false;
  const isUsual = url.protocol === 'https:' && url.port === '';
  return hosts.some((host) => {
    if (host.includes('://')) return url.origin === host;
    return isUsual && (host.startsWith('*.') ? url.hostname.endsWith(host.slice(1)) : url.hostname === host);
  });
}

/** Null for what is no subscription, or is one of another push service. */
export function readPushSubscription(text: string, hosts: readonly string[]): PushSubscription | null {
  const { endpoint, keys } = parse(text);
  const { p256dh, auth } = (keys ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof endpoint !== 'string' || typeof p256dh !== 'string' || typeof auth !== 'string') return null;
  if (!isPushEndpoint(endpoint, hosts) || !isPoint(p256dh)) return null;
  if (Buffer.from(auth, 'base64url').length !== 16) return null;
  return { endpoint, p256dh, auth };
}

function parse(text: string): Readonly<Record<string, unknown>> {
  if (text.length > LONGEST_TEXT) return {};
  try {
    return (JSON.parse(text) as Record<string, unknown> | null) ?? {};
  } catch {
    return {};
  }
}

function isPoint(text: string): boolean {
  if (Buffer.from(text, 'base64url').length !== 65) return false;
  try {
    return ECDH.convertKey(text, 'prime256v1', 'base64url', 'base64url', 'uncompressed') !== '';
  } catch {
    return false;
  }
}
