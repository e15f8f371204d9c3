/** Starts Anteroom, a site, and Apache in front of the site. Apache logs visitors in at Anteroom. */
import { join } from 'node:path';
import { startAnteroom, untilReady } from '../anteroom.ts';
import { createProcesses } from '../processes.ts';
import { startProtectedSite } from '../protected-site.ts';
import { APACHE, configureApache } from './apache.ts';

const { SITE_PORT = '3001', PATH = '' } = process.env;
const site = `http://localhost:${SITE_PORT}`;

if (APACHE === undefined) {
  console.error(
    'This example needs Apache 2.4 with mod_auth_openidc, which is not installed.\n' +
      'Install it (on Debian and Ubuntu: apt-get install libapache2-mod-auth-openidc).\n' +
      'APACHE may name the path of apache2.',
  );
  process.exit(1);
}

const processes = createProcesses();
const issuer = await startAnteroom({ file: join(import.meta.dirname, 'anteroom.yaml'), site }, processes);
const logout = `/oauth2/callback?logout=${encodeURIComponent(`${site}/bye`)}`;
const args = configureApache(processes.createFolder(), {
  issuer,
  port: Number(SITE_PORT),
  origin: site,
  sitePort: await startProtectedSite(logout),
  replacements: {},
});
// SIGKILL would leave its workers behind.
processes.start(APACHE, args, { env: { PATH }, stdio: ['ignore', 'inherit', 'inherit'], stopSignal: 'SIGTERM' });
await untilReady(`${site}/bye`);
console.log(`The site is at ${site}, behind Apache; visitors wait at ${issuer}`);
