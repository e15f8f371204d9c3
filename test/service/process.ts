/** `node src/main.ts` as an operator runs it, in a folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { jwks } from '#support/jwks.ts';
import { programEnvironment } from '#support/program-environment.ts';

const MAIN = resolve('src/main.ts');
const PATIENCE = 60_000;

export const ADMIN_TOKEN = 'an-admin-token-of-the-tests';
export const COOKIE_KEYS = 'a-key-of-all-processes';

/** The environment of a process on this port, with the settings of the folder's `anteroom.yaml`. Writes its keys to the folder. */
export async function environment(folder: Folder, port: number): Promise<Record<string, string>> {
  return {
    PORT: `${port}`,
    HOST: '127.0.0.1',
    ISSUER: `http://127.0.0.1:${port}`,
    CONFIG: 'anteroom.yaml',
    ADMIN_TOKEN,
    COOKIE_KEYS,
    JWKS_FILE: await folder.write('jwks.json', JSON.stringify(jwks)),
    DRAIN_DELAY: '500ms',
    LOG_LEVEL: 'warn',
  };
}

export interface Run {
  readonly child: ChildProcess;
  /** Its output, both streams together. */
  readonly output: () => string;
  /** Resolves to its exit code and signal. */
  readonly ended: Promise<readonly [number | null, NodeJS.Signals | null]>;
}

export interface Folder {
  readonly path: string;
  write(name: string, text: string): Promise<string>;
  /** Starts a process in the folder; with `main`, one of another checkout. Removing the folder ends it. */
  run(env: Readonly<Record<string, string>>, main?: string): Run;
  /** Starts a process none of whose files may become larger than this, in KiB. */
  runLimited(env: Readonly<Record<string, string>>, fileSize: number): Run;
  remove(): Promise<void>;
}

export async function createFolder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'anteroom-process-'));
  const runs: Run[] = [];

  function start(command: string, args: readonly string[], env: Readonly<Record<string, string>>): Run {
    const child = spawn(command, args, { cwd: path, env });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
    const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
    const run = { child, output: () => said, ended };
    runs.push(run);
    return run;
  }

  return {
    path,
    async write(name, text) {
      await writeFile(join(path, name), text);
      return name;
    },
    // Another checkout is gone after the test: what Node compiled of it would be left over.
    run: (env, main) =>
      main === undefined
        ? start(process.execPath, [MAIN], { ...programEnvironment(), ...env })
        : start(process.execPath, [main], { PATH: process.env.PATH ?? '', ...env }),
    runLimited: (env, fileSize) => {
      const command = `ulimit -f ${fileSize}; exec "$0" "$1"`;
      return start('bash', ['-c', command, process.execPath, MAIN], { ...programEnvironment(), ...env });
    },
    async remove() {
      for (const { child, ended } of runs) {
        child.kill('SIGKILL');
        await ended;
      }
      await rm(path, { recursive: true, force: true });
    },
  };
}

/** Waits until the process is ready. Rejects with its output if it exits before. */
export async function ready({ child, output }: Run, url: string): Promise<void> {
  const until = Date.now() + PATIENCE;
  for (;;) {
    const status = await statusOf(`${url}/readyz`);
    if (status === 200) return;
    const { exitCode, signalCode } = child;
    if (exitCode !== null || signalCode !== null || Date.now() > until) {
      const end = exitCode ?? signalCode ?? 'none';
      throw new Error(`The process did not get ready (/readyz ${status}, exit ${end}):\n${output()}`);
    }
    await delay(25);
  }
}

/** Null if there is no answer. */
export function statusOf(url: string): Promise<number | null> {
  return fetch(url).then(
    ({ status }) => status,
    () => null,
  );
}

/** Calls the admin API. */
export async function admin<T = Record<string, number>>(url: string, path: string, body?: unknown): Promise<T> {
  const answer = await fetch(`${url}/admin/v1${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { Authorization: `Bearer ${ADMIN_TOKEN}`, 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}
