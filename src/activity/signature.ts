/** Signs webhook deliveries as Standard Webhooks 1.0.0 specifies, with symmetric keys. */
import { createHash, createHmac } from 'node:crypto';

/**
 * The headers that a receiver checks: `HMAC-SHA256(key, "{id}.{timestamp}.{body}")`, one signature for each key, so that
 * keys can be rotated. Keys are in base64.
 */
export function signedHeaders(
  keys: readonly string[],
  { id, at, body }: { readonly id: string; readonly at: number; readonly body: string },
): Record<string, string> {
  const timestamp = Math.floor(at / 1000);
  const sign = (key: string) =>
    `v1,${createHmac('sha256', Buffer.from(key, 'base64')).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': keys.map(sign).join(' '),
  };
}

/** The same body has the same id, whichever process sends it, so that a receiver recognises a repeated delivery. */
export function deliveryId(body: string): string {
  return `msg_${createHash('sha256').update(body).digest('base64url').slice(0, 27)}`;
}
