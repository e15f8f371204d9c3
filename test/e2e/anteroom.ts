/** Anteroom as its user starts it: the process with its demo room and shop, in an empty folder. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '#support/ports.ts';
import { programEnvironment } from '#support/program-environment.ts';

const MAIN = resolve('src/main.ts');
const START = 20_000;

export interface Anteroom {
  /** The public URL. */
  readonly url: string;
  readonly shop: string;
  readonly adminToken: string;
  /** Calls the admin API of the demo room. Rejects unless the answer is a success. */
  admin(method: 'GET' | 'POST' | 'PATCH' | 'PUT', path: string, body?: unknown): Promise<Record<string, unknown>>;
  /** Kills the service without a shutdown. Its shop ends with it. */
  kill(): Promise<void>;
  /** Stops the service's process, which keeps its connections and answers nobody until it is resumed. */
  suspend(): void;
  resume(): void;
  /** Starts it again on the same data. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/**
 * @param path of the public URL, such as `/line`.
 * @param crowd how many simulated visitors come.
 */
export async function startAnteroom(path = '', crowd = 0): Promise<Anteroom> {
  const folder = await mkdtemp(join(tmpdir(), 'anteroom-e2e-'));
  const [port, shopPort] = [await freePort(), await freePort()];
  const url = `http://localhost:${port}${path}`;
  const shop = `http://localhost:${shopPort}`;
  const groups: number[] = [];
  let running: ChildProcess;
  let adminToken = '';

  async function start(): Promise<void> {
    const child = spawn(process.execPath, [MAIN], {
      cwd: folder,
      env: {
        ...programEnvironment(),
        PORT: `${port}`,
        ISSUER: url,
        SHOP_PORT: `${shopPort}`,
        CROWD: `${crowd}`,
        LOG_LEVEL: 'error',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      // The leader of a process group, so that close() can end all of it after a failed test.
      detached: true,
    });
    running = child;
    groups.push(child.pid ?? 0);
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (said += String(chunk)));
    const until = Date.now() + START;
    for (;;) {
      adminToken = /Admin token\s+(\S+)/.exec(said)?.[1] ?? '';
      if (adminToken && (await answers(`${url}/readyz`)) && (await answers(shop))) return;
      if (child.exitCode !== null || Date.now() > until) throw new Error(`Anteroom did not start:\n${said}`);
      await delay(50);
    }
  }

  async function kill(): Promise<void> {
    if (running.exitCode !== null || running.signalCode !== null) return;
    running.kill('SIGKILL');
    await once(running, 'exit');
    while (await answers(shop)) await delay(50);
  }

  async function close(): Promise<void> {
    for (const group of groups) {
      try {
        process.kill(-group, 'SIGKILL');
      } catch {
        // The group has ended already.
      }
    }
    await rm(folder, { recursive: true, force: true });
  }

  await start().catch(async (error: unknown) => {
    await close();
    throw error;
  });

  return {
    url,
    shop,
    adminToken,
    async admin(method, path, body) {
      const answer = await fetch(`${url}/admin/v1/rooms/demo${path}`, {
        method,
        headers: { Authorization: `Bearer ${adminToken}`, 'Content-Type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
      return JSON.parse(text) as Record<string, unknown>;
    },
    kill,
    suspend: () => void running.kill('SIGSTOP'),
    resume: () => void running.kill('SIGCONT'),
    restart: start,
    close,
  };
}

function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    (answer) => answer.ok,
    () => false,
  );
}
