/** The only file that reads the process: environment → config → service → listen → drain. */
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from './config/config.ts';
import { loadConfig } from './config/config.ts';
import { ConfigError } from './config/config-error.ts';
import { createDemo } from './config/demo.ts';
import { openService } from './service.ts';

/**
 * How long the port stays open after SIGTERM, in ms. Meanwhile load balancers see /readyz fail and send no new requests,
 * and kept-alive connections end with an answer rather than a reset.
 */
const GRACE = 1000;
/** How long requests in progress may take after that, in ms. */
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
const listening = new Promise<void>((resolve) => server.once('listening', resolve));
server.on('error', (error: NodeJS.ErrnoException) => {
  fail(
    error.code === 'EADDRINUSE'
      ? `Port ${config.port} is in use by another process. Stop it, or set PORT to a free port.`
      : `Cannot listen on port ${config.port}: ${error.message}`,
  );
});
server.listen({ port: config.port, ...(config.host === null ? {} : { host: config.host }) });
await listening;

const connections = new Set<Socket>();
server.on('connection', (socket) => {
  connections.add(socket);
  socket.once('close', () => connections.delete(socket));
});

const shop =
  demo &&
  spawn(process.execPath, [SHOP], {
    env: { ...process.env, ...demo.environment },
    // The shop ends itself when the channel closes, even if this process was killed.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });

let stopping = false;
process.once('SIGTERM', () => void shutDown(GRACE));
process.once('SIGINT', () => void shutDown(0));

await service.started.catch((error: Error) => fail(`Failed to apply the settings: ${error.message}`));
if (!stopping) announce(config);

/** Cuts no request off: /readyz fails, the port closes, requests in progress end, then the clock stops and the store closes. */
async function shutDown(grace: number): Promise<void> {
  stopping = true;
  service.drain();
  shop?.kill('SIGTERM');
  await delay(grace);
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeIdleConnections();
  // Browsers open connections in advance. Node does not count one as idle before its first request.
  for (const socket of connections) if (socket.bytesRead === 0) socket.destroy();
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
