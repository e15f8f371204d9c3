/** A checkout in which documented commands may run: whatever they write stays in it. */
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, symlinkSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { programEnvironment } from '#support/program-environment.ts';
import { statusOf } from '../service/process.ts';

type Environment = Readonly<Record<string, string>>;

export interface Ran {
  readonly code: number;
  readonly output: string;
}

export interface Checkout {
  readonly path: string;
  write(name: string, text: string): Promise<void>;
  /** Runs commands to their end; `url` stands for the addresses of Anteroom that the documentation has. */
  run(commands: string, env?: Environment): Promise<Ran>;
  /** Starts commands that stay, and waits until `url` answers. Removing the checkout ends them. */
  start(commands: string, url: string, env?: Environment): Promise<() => string>;
  /** Ends what was started. */
  end(): Promise<void>;
  remove(): Promise<void>;
}

/** It has what git has, by links, and keys of its own. Beside it is room for other folders. */
export function makeCheckout(): Checkout {
  const outside = mkdtempSync(join(tmpdir(), 'anteroom-checkout-'));
  const path = join(outside, 'anteroom');
  mkdirSync(join(path, 'keys'), { recursive: true });
  const tracked = execFileSync('git', ['ls-files'], { encoding: 'utf8' }).split('\n').filter(Boolean);
  const names = new Set(tracked.map((file) => file.split('/')[0] ?? ''));
  for (const name of [...names, 'node_modules']) if (name !== 'keys') symlinkSync(resolve(name), join(path, name));
  for (const file of tracked) if (file.startsWith('keys/')) cpSync(file, join(path, 'keys', basename(file)));

  const base = {
    ...programEnvironment(),
    HOME: outside,
    npm_config_update_notifier: 'false',
    npm_config_offline: 'true',
  };
  const started: { readonly pid: number; readonly ended: Promise<unknown> }[] = [];

  const end = async () => {
    for (const { pid, ended } of started.splice(0)) {
      try {
        process.kill(-pid, 'SIGKILL');
      } catch {
        // All of the group have ended.
      }
      await ended;
    }
  };

  return {
    path,
    write: (name, text) => writeFile(join(path, name), text),
    run: (commands, env = {}) =>
      new Promise((done) => {
        execFile(
          'bash',
          ['--norc', '-ec', commands],
          { cwd: path, env: { ...base, ...env } },
          (error, stdout, stderr) => done({ code: error ? Number(error.code ?? 1) : 0, output: stdout + stderr }),
        );
      }),
    async start(commands, url, env = {}) {
      await mkdir(path, { recursive: true });
      const child = spawn('bash', ['--norc', '-ec', commands], { cwd: path, env: { ...base, ...env }, detached: true });
      let said = '';
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
      started.push({ pid: child.pid ?? 0, ended: once(child, 'close') });
      for (let look = 0; look < 600; look++) {
        const status = await statusOf(url);
        if (status !== null && status < 500) return () => said;
        if (child.exitCode !== null) break;
        await delay(100);
      }
      throw new Error(`nothing answers at ${url}:\n${said}`);
    },
    end,
    async remove() {
      await end();
      await rm(outside, { recursive: true, force: true });
    },
  };
}
