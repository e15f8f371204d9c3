/**
 * Client secrets in a Basic header. RFC 6749 §2.3.1 wants them form-encoded, which most clients leave out: curl,
 * requests, httpx and Authlib send them as they are. The two forms differ for a secret with `+`, `%` or the like, so
 * both are accepted.
 */
import type { Middleware } from 'koa';
import { isSameSecret } from '#http/secrets.ts';
import type { RelyingParties } from '#waiting-room/relying-parties.ts';

const BASIC = /^basic ([A-Za-z0-9+/]+={0,2})$/i;
const CREDENTIALS = /^([^:]*):([\x20-\x7e]+)$/;
/** Credentials that are the same in both forms, as whole groups of Base64. */
const SAME = /^[^:]*:[\w.~!*'()-]+$/;

/**
 * Form-encodes a secret that was sent as it is, before oidc-provider compares it: one that equals the client's secret,
 * or that is not form-encoded at all.
 */
export function acceptPlainSecrets(relyingParties: RelyingParties): Middleware {
  return async (ctx, next) => {
    const { authorization } = ctx.req.headers;
    if (authorization === undefined) return next();
    const [, encoded = ''] = BASIC.exec(authorization) ?? [];
    const credentials = Buffer.from(encoded, 'base64').toString('utf8');
    if (SAME.test(credentials) && encoded.length % 4 === 0) return next();
    const [, id = '', secret = ''] = CREDENTIALS.exec(credentials) ?? [];
    const clientId = formDecoded(id);
    if (!clientId || secret === '') return next();
    // While the store is unavailable, oidc-provider finds out by itself and answers in its own form.
    const party = await relyingParties.find(clientId).catch(() => null);
    const registered = party?.client_secret;
    const isPlain = registered !== undefined && isSameSecret(secret, registered);
    if (isPlain || formDecoded(secret) === null) {
      ctx.req.headers.authorization = `Basic ${Buffer.from(`${id}:${encodeURIComponent(secret)}`).toString('base64')}`;
    }
    return next();
  };
}

/** RFC 6749 appendix B. Null for a text that is not form-encoded. */
function formDecoded(text: string): string | null {
  try {
    return decodeURIComponent(text.replaceAll('+', '%20'));
  } catch {
    return null;
  }
}
