/** Starts an Anteroom for an example, so that one command starts everything. Its data goes when the example ends. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const MAIN = join(import.meta.dirname, '../src/main.ts');

export interface Settings {
  /** The example's anteroom.yaml. */
  readonly file: string;
  /** The URL of the example's site. It replaces http://localhost:3001 in the file. */
  readonly site: string;
}

/**
 * Returns the URL of an Anteroom with these settings, on PORT (3000). If ANTEROOM is set, returns that instead: its
 * operator has to create the room.
 */
export async function startAnteroom({ file, site }: Settings): Promise<string> {
  const { ANTEROOM, PORT = '3000', PATH = '', ADMIN_TOKEN } = process.env;
  if (ANTEROOM) return ANTEROOM;
  const folder = mkdtempSync(join(tmpdir(), 'anteroom-example-'));
  const config = join(folder, 'anteroom.yaml');
  writeFileSync(config, readFileSync(file, 'utf8').replaceAll('http://localhost:3001', site));
  const child = spawn(process.execPath, [MAIN], {
    cwd: folder,
    env: { PATH, PORT, CONFIG: config, LOG_LEVEL: 'warn', ...(ADMIN_TOKEN ? { ADMIN_TOKEN } : {}) },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit());
  process.once('exit', () => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  child.once('exit', () => process.exit(1));

  const url = `http://localhost:${PORT}`;
  while (!(await answers(`${url}/readyz`))) await delay(50);
  return url;
}

function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );
}
