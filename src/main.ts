/** The only file that reads the process: environment → config → service → listen → drain. */
import { type ChildProcess, spawn } from 'node:child_process';
import cluster from 'node:cluster';
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
import { connectWorker, supervise } from './workers/index.ts';

const SHOP = join(import.meta.dirname, '../examples/shop/main.ts');
const CROWD = join(import.meta.dirname, '../crowd/main.ts');

const config = await loadConfig(process.env, process.cwd(), createClientFaults).catch((error: unknown) => {
  if (error instanceof ConfigError) return fail(error.message);
  throw error;
});
const demo = config.demo ? createDemo(config) : null;

if (config.workers > 1 && cluster.isPrimary) superviseWorkers();
else await serve();

/** One process of several, or the only one. */
async function serve(): Promise<void> {
  const link = cluster.isWorker ? connectWorker(process) : null;
  const service = await openService(config, demo?.settings ?? config.settings, link).catch((error: Error) =>
    fail(error.message),
  );
  const server = createHttpServer(service.listener);
  const stopServer = createStopServer(server, createPublicUrls(config.issuer).basePath, cluster.isWorker);
  await listen(server, config).catch((error: Error) => fail(error.message));
  link?.tell('listening');

  const shop = demo && spawnBeside(SHOP, [], demo.environment);
  let crowd: ChildProcess | null = null;
  let stopping = false;

  /** Cuts no request off: /readyz fails, the port closes, requests in progress end, then the clock stops and the store closes. */
  async function shutDown(drainDelay: number): Promise<void> {
    if (stopping) return;
    stopping = true;
    service.drain();
    crowd?.kill('SIGTERM');
    shop?.kill('SIGTERM');
    await stopServer(drainDelay);
    await service.close();
    process.exit(0);
  }

  onStop((drainDelay) => void shutDown(drainDelay));
  link?.onStop((drainDelay) => void shutDown(drainDelay));

  await service.started.catch((error: Error) => fail(`Failed to apply the settings: ${error.message}`));
  if (demo && config.crowd > 0 && !stopping) crowd = spawnBeside(CROWD, [String(config.crowd)], demo.environment);
  if (stopping) return;
  if (link) link.tell('started');
  else announce(config, service.createSignInLink);
}

/** The parent of the workers serves nothing. */
function superviseWorkers(): void {
  const supervisor = supervise({ workers: config.workers, onStarted: () => announce(config, null), onFailed: fail });
  onStop((drainDelay) => void supervisor.stop(drainDelay).then(() => process.exit(0)));
}

/**
 * Calls `stop` once. The same signal may come twice, from the terminal or systemd, and from npm. A worker leaves an
 * interrupt to its parent: a terminal sends it to both.
 */
function onStop(stop: (drainDelay: number) => void): void {
  let isStopping = false;
  const once = (drainDelay: number) => {
    if (!isStopping) stop(drainDelay);
    isStopping = true;
  };
  process.on('SIGTERM', () => once(config.drainDelay));
  process.on('SIGINT', () => cluster.isWorker || once(0));
}

/** Starts a program of the demo. It ends itself when the channel closes, even if this process was killed. */
function spawnBeside(program: string, args: readonly string[], environment: NodeJS.ProcessEnv): ChildProcess {
  return spawn(process.execPath, [program, ...args], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

/** Prints the admin token in the demo only, where it was generated: elsewhere the output is a log that others read. */
function announce({ issuer, adminToken, adminTokenFile }: Config, createSignInLink: (() => string) | null): void {
  const lines = [`Anteroom     ${issuer}`];
  if (demo) lines.push(`Demo shop    ${demo.environment.SHOP_URL}/   start here`);
  if (demo) lines.push(`Side by side ${issuer}/demo`);
  lines.push(`Control      ${issuer}/admin/`);
  if (demo && createSignInLink) lines.push(`Sign in      ${createSignInLink()}   once, within ten minutes`);
  if (adminTokenFile !== null) lines.push(`Admin token  ${demo ? adminToken : `in ${adminTokenFile}`}`);
  process.stdout.write(`\n${lines.map((line) => `  ${line}`).join('\n')}\n\n`);
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
