/** An example as its reader starts it: one command, one process. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '#support/ports.ts';
import { ADMIN_TOKEN } from '#support/service.ts';

export interface Example {
  readonly site: string;
  readonly anteroom: string;
  /** Calls the admin API. */
  admin(method: string, path: string, body?: unknown): Promise<Record<string, unknown>>;
  stop(): Promise<void>;
}

export async function startExample(name: string): Promise<Example> {
  const [port, sitePort] = [await freePort(), await freePort()];
  const child = spawn(process.execPath, [resolve('examples', name, 'main.ts')], {
    env: { PATH: process.env.PATH, PORT: `${port}`, SITE_PORT: `${sitePort}`, ADMIN_TOKEN },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
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
      child.kill();
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
  throw new Error(`the example ${name} did not start:\n${said}`);
}
