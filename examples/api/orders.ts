/**
 * The shop's own API: it sells one pair to each visitor with an access token of the room. It goes by `sub`, so copies of a
 * token buy nothing more.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRemoteJWKSet, errors, jwtVerify } from 'jose';

export interface OrdersOptions {
  readonly issuer: string;
  readonly room: string;
}

export function createOrders({ issuer, room }: OrdersOptions) {
  const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`));
  const orders = new Map<string, number>();

  /** The subject of an access token (RFC 9068 §4); null for a token that is not valid for this room. */
  async function visitorOf(req: IncomingMessage): Promise<string | null> {
    const [, token = ''] = /^Bearer +(\S+)$/i.exec(req.headers.authorization ?? '') ?? [];
    try {
      const expected = { issuer, audience: room, typ: 'at+jwt', algorithms: ['RS256'], requiredClaims: ['sub', 'exp'] };
      const { payload } = await jwtVerify(token, keys, expected);
      return payload.sub ?? null;
    } catch (error) {
      if (error instanceof errors.JOSEError) return null;
      throw error;
    }
  }

  return async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const visitor = await visitorOf(req);
    if (!visitor) {
      res.writeHead(401, { 'WWW-Authenticate': 'Bearer error="invalid_token"', 'Content-Type': 'application/json' });
      res.end('{"error":"invalid_token"}');
      return;
    }
    const order = orders.get(visitor) ?? orders.size + 1;
    orders.set(visitor, order);
    res.writeHead(201, { 'Content-Type': 'application/json' }).end(JSON.stringify({ order }));
  };
}
