/** Starts Anteroom, and a site that sends visitors there when it wants to. */
import { join } from 'node:path';
import { startAnteroom } from '../anteroom.ts';
import { createSite } from './site.ts';

const { SITE_PORT = '3001' } = process.env;
const url = `http://localhost:${SITE_PORT}`;

const anteroom = await startAnteroom({ file: join(import.meta.dirname, 'anteroom.yaml'), site: url });
createSite({ anteroom, room: 'tickets', url }).listen(Number(SITE_PORT), () => {
  console.log(`The site is at ${url}; its visitors wait at ${anteroom}`);
});
