/** The demo that runs without CONFIG: a room for few visitors, and a shop that it protects. */
import { createHmac } from 'node:crypto';
import type { FileSettings } from '#settings/file.ts';
import { settingsFile } from '#settings/file.ts';
import type { Config } from './config.ts';

export interface Demo {
  readonly settings: FileSettings;
  /** The environment of the shop's process. */
  readonly environment: {
    readonly SHOP_PORT: string;
    readonly SHOP_URL: string;
    readonly ISSUER: string;
    readonly CLIENT_ID: string;
    readonly CLIENT_SECRET: string;
  };
}

/** Three visitors show the line by hand. With a crowd, twelve let a newcomer in after about a minute. */
const SIZE = { alone: 3, withCrowd: 12 };

/** Without a trailing slash. */
export const demoShopUrl = (shopPort: number): string => `http://localhost:${shopPort}`;

export function createDemo({
  issuer,
  shopPort,
  cookieKeys,
  crowd,
}: Pick<Config, 'issuer' | 'shopPort' | 'cookieKeys' | 'crowd'>): Demo {
  const shopUrl = demoShopUrl(shopPort);
  // The same at each start and in each process, and different for each installation.
  const secret = createHmac('sha256', cookieKeys[0] ?? '')
    .update('demo shop')
    .digest('base64url');
  const written = {
    rooms: [
      {
        id: 'demo',
        title: 'Spring sale',
        inlet: { strategy: 'max-size', size: crowd > 0 ? SIZE.withCrowd : SIZE.alone },
        admission: { lifetime: '5m', claim_window: '1m' },
        // The page at /demo shows the waiting page in a frame.
        frames: 'same-site',
      },
    ],
    relying_parties: [
      {
        client_id: 'shop',
        client_secret: secret,
        room: 'demo',
        redirect_uris: [`${shopUrl}/callback`],
        post_logout_redirect_uris: [`${shopUrl}/`],
        landing_url: `${shopUrl}/`,
      },
    ],
  };
  const { rooms, relying_parties } = settingsFile.parse(written);
  return {
    settings: { rooms, relyingParties: relying_parties, written },
    environment: {
      SHOP_PORT: String(shopPort),
      SHOP_URL: shopUrl,
      ISSUER: issuer,
      CLIENT_ID: 'shop',
      CLIENT_SECRET: secret,
    },
  };
}
