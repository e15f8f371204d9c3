/** An example as its reader starts it: one command, one process. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '#support/ports.ts';
import { programEnvironment } from '#support/program-environment.ts';
import { ADMIN_TOKEN } from '../service/process.ts';

export interface Example {
  readonly site: string;
  readonly anteroom: string;
  /** Calls the admin API. */
  admin(method: string, path: string, body?: unknown): Promise<Record<string, unknown>>;
  /** Ends it as Ctrl-C does. */
  stop(): Promise<void>;
}

type Environment = Readonly<Record<string, string>>;

interface Run {
  readonly child: ChildProcess;
  readonly output: () => string;
}

function run(name: string, env: Environment): Run {
  const { ENVOY, APACHE } = process.env;
  const child = spawn(process.execPath, [resolve('examples', name, 'main.ts')], {
    env: { ...programEnvironment(), ...(ENVOY && { ENVOY }), ...(APACHE && { APACHE }), ADMIN_TOKEN, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
  return { child, output: () => said };
}

/** Runs an example that cannot start, until it ends. */
export async function runExample(name: string, env: Environment): Promise<{ code: number | null; output: string }> {
  const { child, output } = run(name, env);
  await once(child, 'close', { signal: AbortSignal.timeout(20_000) }).finally(() => child.kill());
  return { code: child.exitCode, output: output() };
}

export async function startExample(name: string, env: Environment = {}): Promise<Example> {
  const [port, sitePort] = [await freePort(), await freePort()];
  const { child, output } = run(name, { PORT: `${port}`, SITE_PORT: `${sitePort}`, ...env });
  const example: Example = {
    site: `http://localhost:${sitePort}`,
    anteroom: `http://localhost:${port}`,
    async admin(method, path, body) {
      const headers = { Authorization: `Bearer ${ADMIN_TOKEN}`, 'Content-Type': 'application/json' };
      const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
      const answer = await fetch(`http://localhost:${port}/admin/v1${path}`, init);
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
      return (await answer.json()) as Record<string, unknown>;
    },
    async stop() {
      if (child.exitCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGINT');
      await ended;
    },
  };
  for (let tries = 0; tries < 400; tries++) {
    if (child.exitCode !== null) break;
    const there = await fetch(example.site, { redirect: 'manual' }).catch(() => null);
    if (there && there.status < 500) return example;
    await delay(50);
  }
  await example.stop();
  throw new Error(`the example ${name} did not start:\n${output()}`);
}
