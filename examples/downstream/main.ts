/** Starts Anteroom, and a site that sends its visitors there to wait. */
import { join } from 'node:path';
import { startAnteroom } from '../anteroom.ts';
import { createSite } from './site.ts';

const { SITE_PORT = '3001' } = process.env;
const url = `http://localhost:${SITE_PORT}`;

const anteroom = await startAnteroom({ file: join(import.meta.dirname, 'anteroom.yaml'), site: url });
createSite({ anteroom, room: 'tickets', url }).listen(Number(SITE_PORT), () => {
  console.log(`The site is at ${url}; visitors wait at ${anteroom}`);
});
