import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { Provider } from 'oidc-provider';
import { createShop } from '../../examples/shop/shop.ts';

export const CLIENT_ID = 'shop';
export const CLIENT_SECRET = 'a secret for tests';
export const NUMBER = 1204;

/** A shop and a bare identity provider, both over HTTP on free ports. */
export interface Demo {
  readonly shopUrl: string;
  readonly issuer: string;
  /** Moves the shop's clock, in milliseconds. */
  advance(milliseconds: number): void;
  /** An ID token like the provider's, or with other claims, another header, another key. */
  idToken(claims?: JWTPayload, options?: { readonly forged?: boolean; readonly typ?: string }): Promise<string>;
  /** How the provider answers instead of letting the visitor in at once. */
  misbehave(how: 'refuse' | 'other subject' | 'not at all'): void;
  /** Stops the provider: nothing listens on its port. */
  stopProvider(): Promise<void>;
  startProvider(): Promise<void>;
  close(): Promise<void>;
}

export async function startDemo(): Promise<Demo> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const forger = await generateKeyPair('RS256');
  let skew = 0;
  let manners: 'refuse' | 'other subject' | 'not at all' = 'not at all';

  let server = createServer();
  const port = await listen(server, 0);
  const issuer = `http://127.0.0.1:${port}`;
  const shop = createShop({
    issuer,
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    now: () => Date.now() + skew,
  });
  const shopUrl = await shop.listen(0, '127.0.0.1');

  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT_ID,
        client_secret: CLIENT_SECRET,
        redirect_uris: [`${shopUrl}/callback`],
        post_logout_redirect_uris: [`${shopUrl}/`],
      },
    ],
    jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig', kid: 'test' }] },
    cookies: { keys: ['a key for tests'] },
    features: { devInteractions: { enabled: false } },
    conformIdTokenClaims: false,
    claims: { openid: ['sub', 'room', 'number'] },
    ttl: { IdToken: 600, AccessToken: 600, Session: 600, Grant: 600, Interaction: 600 },
    findAccount: (_ctx, sub) => ({
      accountId: sub,
      claims: () => ({ sub, room: 'demo', number: NUMBER }),
    }),
    loadExistingGrant: async ({ oidc }) => {
      // The provider refuses codes of an earlier grant, so one session uses one grant.
      const granted = oidc.session?.grantIdFor(CLIENT_ID);
      if (granted !== undefined) return provider.Grant.find(granted);
      const grant = new provider.Grant({ accountId: oidc.session?.accountId ?? '', clientId: CLIENT_ID });
      grant.addOIDCScope('openid');
      await grant.save();
      return grant;
    },
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
  });
  provider.use(async (ctx, next) => {
    await next();
    if (ctx.path === '/me' && manners === 'other subject') ctx.body = { sub: 'another subject' };
  });
  const callback = provider.callback();
  const handle: RequestListener = (request, response) => {
    if (!request.url?.startsWith('/interaction/')) return callback(request, response);
    const result =
      manners === 'refuse'
        ? { error: 'access_denied', error_description: 'the room is closed' }
        : { login: { accountId: 'visitor-1' } };
    return provider.interactionFinished(request, response, result);
  };
  server.on('request', handle);

  async function stopProvider(): Promise<void> {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  return {
    shopUrl,
    issuer,
    advance: (milliseconds) => {
      skew += milliseconds;
    },
    idToken: (claims = {}, { forged = false, typ } = {}) =>
      new SignJWT({ sub: 'visitor-1', room: 'demo', number: NUMBER, iss: issuer, aud: CLIENT_ID, ...claims })
        .setProtectedHeader({ alg: 'RS256', kid: 'test', ...(typ === undefined ? {} : { typ }) })
        .setIssuedAt()
        .setExpirationTime(claims.exp ?? '10m')
        .sign(forged ? forger.privateKey : privateKey),
    misbehave: (how) => {
      manners = how;
    },
    stopProvider,
    startProvider: async () => {
      server = createServer(handle);
      await listen(server, port);
    },
    close: async () => {
      await shop.close();
      if (server.listening) await stopProvider();
    },
  };
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}
