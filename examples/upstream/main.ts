/** Starts Anteroom, a site, and a proxy in front of the site. */
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { startAnteroom } from '../anteroom.ts';
import { createOrigin } from './origin.ts';
import { createProxy } from './proxy.ts';

const { SITE_PORT = '3001' } = process.env;
const site = `http://localhost:${SITE_PORT}`;

const anteroom = await startAnteroom({ file: join(import.meta.dirname, 'anteroom.yaml'), site });
const origin = createOrigin();
origin.listen(0, '127.0.0.1', () => {
  const { port } = origin.address() as AddressInfo;
  const gate = `${anteroom}/rooms/everything/gate/check`;
  createProxy({ gate, origin: `http://127.0.0.1:${port}` }).listen(Number(SITE_PORT), () => {
    console.log(`The site is at ${site}, behind a proxy that asks ${gate}`);
  });
});
