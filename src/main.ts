/** The only reader of the process: environment → config → service → listen → drain. */
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { join } from 'node:path';
import type { Config } from './config/config.ts';
import { loadConfig } from './config/config.ts';
import { ConfigError } from './config/config-error.ts';
import { createDemo } from './config/demo.ts';
import { openService } from './service.ts';

/** How long requests under way may take after SIGTERM, in ms. */
const DRAIN = 10_000;
const SHOP = join(import.meta.dirname, '../examples/shop/main.ts');

const config = await loadConfig(process.env, process.cwd()).catch((error: unknown) => {
  if (error instanceof ConfigError) return fail(error.message);
  throw error;
});
const demo = config.demo ? createDemo(config) : null;
const service = await openService(config, demo?.settings ?? config.settings).catch((error: Error) =>
  fail(error.message),
);

const server = createServer(service.listener);
server.on('error', (error: NodeJS.ErrnoException) => {
  fail(
    error.code === 'EADDRINUSE'
      ? `Port ${config.port} is taken by another process: stop it, or set PORT to a free port.`
      : `Cannot listen on port ${config.port}: ${error.message}`,
  );
});
server.listen({ port: config.port, ...(config.host === null ? {} : { host: config.host }) });

const shop =
  demo &&
  spawn(process.execPath, [SHOP], {
    env: { ...process.env, ...demo.environment },
    stdio: ['ignore', 'ignore', 'inherit'],
  });

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void shutDown());
}

await service.started;
announce(config);

/** No request is cut off: /readyz turns, the port closes, what is under way ends, then the clock and the store. */
async function shutDown(): Promise<void> {
  service.drain();
  shop?.kill('SIGTERM');
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeIdleConnections();
  const late = setTimeout(() => server.closeAllConnections(), DRAIN);
  await closed;
  clearTimeout(late);
  await service.close();
  process.exit(0);
}

function announce({ issuer, adminToken }: Config): void {
  const lines = [`Anteroom     ${issuer}`];
  if (demo) lines.push(`Demo shop    ${demo.environment.SHOP_URL}/   start here`);
  lines.push(`Control      ${issuer}/admin/`, `Admin token  ${adminToken}`);
  process.stdout.write(`\n${lines.map((line) => `  ${line}`).join('\n')}\n\n`);
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
