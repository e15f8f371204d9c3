/** Starts an Anteroom for an example, so that one command starts everything. Its data goes when the example ends. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createProcesses, type Processes } from './processes.ts';
import { requireFreePort } from './require-free-port.ts';

const MAIN = join(import.meta.dirname, '../src/main.ts');

export interface Settings {
  /** The example's anteroom.yaml. */
  readonly file: string;
  /** The URL of the example's site, on SITE_PORT. It replaces http://localhost:3001 in the file. */
  readonly site: string;
}

/**
 * Returns the URL of an Anteroom with these settings, on PORT (3000). If ANTEROOM is set, returns that instead: its
 * operator has to create the room. Ends the example if PORT or SITE_PORT is taken.
 */
export async function startAnteroom(
  { file, site }: Settings,
  processes: Processes = createProcesses(),
): Promise<string> {
  const { ANTEROOM, PORT = '3000', PATH = '', ADMIN_TOKEN, NODE_COMPILE_CACHE } = process.env;
  await requireFreePort('SITE_PORT', Number(new URL(site).port || 80));
  if (ANTEROOM) return ANTEROOM;
  await requireFreePort('PORT', Number(PORT));
  const folder = processes.createFolder();
  const config = join(folder, 'anteroom.yaml');
  writeFileSync(config, readFileSync(file, 'utf8').replaceAll('http://localhost:3001', site));
  processes.start(process.execPath, [MAIN], {
    cwd: folder,
    env: {
      ...{ PATH, PORT, CONFIG: config, LOG_LEVEL: 'warn' },
      ...(ADMIN_TOKEN ? { ADMIN_TOKEN } : {}),
      ...(NODE_COMPILE_CACHE ? { NODE_COMPILE_CACHE } : {}),
    },
    stdio: ['ignore', 'inherit', 'inherit'],
    stopSignal: 'SIGKILL',
  });

  const url = `http://localhost:${PORT}`;
  await untilReady(`${url}/readyz`);
  return url;
}

/** Resolves once the URL answers with success or a redirect. */
export async function untilReady(url: string): Promise<void> {
  while (!(await answers(url))) await delay(50);
}

function answers(url: string): Promise<boolean> {
  return fetch(url, { redirect: 'manual' }).then(
    ({ status }) => status < 400,
    () => false,
  );
}
