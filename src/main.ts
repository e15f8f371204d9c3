/** The only file that reads the process: environment → config → service → listen → drain. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Config } from './config/config.ts';
import { loadConfig } from './config/config.ts';
import { ConfigError } from './config/config-error.ts';
import { createDemo } from './config/demo.ts';
import { listen } from './http/listen.ts';
import { createPublicUrls } from './http/public-urls.ts';
import { createHttpServer } from './http/server.ts';
import { createStopServer } from './http/stop-server.ts';
import { createClientFaults } from './oidc/index.ts';
import { openService } from './service.ts';

const SHOP = join(import.meta.dirname, '../examples/shop/main.ts');

const config = await loadConfig(process.env, process.cwd(), createClientFaults).catch((error: unknown) => {
  if (error instanceof ConfigError) return fail(error.message);
  throw error;
});
const demo = config.demo ? createDemo(config) : null;
const service = await openService(config, demo?.settings ?? config.settings).catch((error: Error) =>
  fail(error.message),
);

const server = createHttpServer(service.listener);
const stopServer = createStopServer(server, createPublicUrls(config.issuer).basePath);
await listen(server, config).catch((error: Error) => fail(error.message));

const shop =
  demo &&
  spawn(process.execPath, [SHOP], {
    env: { ...process.env, ...demo.environment },
    // The shop ends itself when the channel closes, even if this process was killed.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });

let stopping = false;
process.once('SIGTERM', () => void shutDown(config.drainDelay));
process.once('SIGINT', () => void shutDown(0));

await service.started.catch((error: Error) => fail(`Failed to apply the settings: ${error.message}`));
if (!stopping) announce(config);

/** Cuts no request off: /readyz fails, the port closes, requests in progress end, then the clock stops and the store closes. */
async function shutDown(drainDelay: number): Promise<void> {
  stopping = true;
  service.drain();
  shop?.kill('SIGTERM');
  await stopServer(drainDelay);
  await service.close();
  process.exit(0);
}

/** Prints the admin token in the demo only, where it was generated: elsewhere the output is a log that others read. */
function announce({ issuer, adminToken, adminTokenFile }: Config): void {
  const lines = [`Anteroom     ${issuer}`];
  if (demo) lines.push(`Demo shop    ${demo.environment.SHOP_URL}/   start here`);
  lines.push(`Control      ${issuer}/admin/`);
  if (adminTokenFile !== null) lines.push(`Admin token  ${demo ? adminToken : `in ${adminTokenFile}`}`);
  process.stdout.write(`\n${lines.map((line) => `  ${line}`).join('\n')}\n\n`);
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
