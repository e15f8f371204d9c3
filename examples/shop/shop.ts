import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';
import Router from '@koa/router';
import Koa from 'koa';
import { createBaseMiddleware } from './base-middleware.ts';
import { createCookies } from './cookies.ts';
import { createIdentityProvider } from './identity-provider.ts';
import { createPages } from './pages.ts';
import { createSales } from './sales.ts';
import { createSessions } from './sessions.ts';
import { mountTill } from './till.ts';
import { createTransactions } from './transactions.ts';
import { mountVisit } from './visit.ts';

export interface ShopOptions {
  /** The identity provider, exactly as its discovery document names itself. */
  readonly issuer: string;
  readonly clientId: string;
  /** Absent for a public client, whose codes PKCE alone protects. */
  readonly clientSecret?: string | undefined;
  /** The shop's origin as browsers see it. Default: where it listens. */
  readonly url?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now?: (() => number) | undefined;
  /** Receives one line for each error that is not a visitor's. */
  readonly log?: ((line: string) => void) | undefined;
}

export interface Shop {
  /** Listens (0 for any free port) and resolves with the shop's URL. Rejects with the system's error. */
  listen(port: number, host?: string): Promise<string>;
  /** Stops listening and resolves when the open requests are answered. */
  close(): Promise<void>;
}

/**
 * A small shop whose checkout is behind a login: an ordinary OpenID Connect relying party.
 *
 * @example
 * const shop = createShop({ issuer: 'http://localhost:3000', clientId: 'shop', clientSecret: 'secret' });
 * const url = await shop.listen(3001);
 */
export function createShop(options: ShopOptions): Shop {
  const server = createServer();

  return {
    async listen(port, host) {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => {
          server.off('error', reject);
          resolve();
        });
      });
      // The number of a free port, and with it the redirect URI, is known only now.
      const { port: bound } = server.address() as AddressInfo;
      const url = new URL(options.url ?? `http://${host ?? 'localhost'}:${bound}`);
      server.on('request', createHandler(options, url));
      return url.origin;
    },

    close() {
      return new Promise((resolve, reject) => {
        if (!server.listening) return resolve();
        server.close((error) => (error ? reject(error) : resolve()));
      });
    },
  };
}

function createHandler(
  { issuer, clientId, clientSecret, now = Date.now, log = () => {} }: ShopOptions,
  shop: URL,
): ReturnType<Koa['callback']> {
  const urls = { issuer: new URL(issuer), redirectUri: new URL('/callback', shop) };
  const postLogoutRedirectUri = new URL('/', shop);
  const pages = createPages({ shop, issuer: urls.issuer, now });
  const context = {
    provider: createIdentityProvider({ ...urls, clientId, clientSecret, postLogoutRedirectUri, now }),
    transactions: createTransactions({ secret: clientSecret, now }),
    sessions: createSessions({ now }),
    sales: createSales({ secret: clientSecret, now }),
    cookies: createCookies({ secure: shop.protocol === 'https:' }),
    pages,
    urls,
  };

  const router = new Router();
  mountVisit(router, context);
  mountTill(router, context);
  for (const file of ['style.css', 'stay.js']) {
    const text = readFileSync(new URL(`./${file}`, import.meta.url), 'utf8');
    router.get(`/${file}`, (ctx) => {
      ctx.type = extname(file);
      ctx.body = text;
      ctx.set('Cache-Control', 'public, max-age=300');
    });
  }

  const app = new Koa();
  app.silent = true;
  app.use(createBaseMiddleware({ pages, issuer: urls.issuer, log }));
  app.use(router.routes());
  app.use(router.allowedMethods());
  return app.callback();
}
