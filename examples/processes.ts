/** The programs of an example: Ctrl-C ends all of them, and if one of them ends, the example does. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How long a program may take to end, in ms. */
const PATIENCE = 5000;

interface StartOptions extends SpawnOptions {
  readonly stopSignal: NodeJS.Signals;
}

export interface Processes {
  /** The new folder is removed when the example ends. */
  createFolder(): string;
  /** Starts a program. `stopSignal` ends it. */
  start(command: string, args: readonly string[], options: StartOptions): void;
}

export function createProcesses(): Processes {
  const programs: { readonly child: ChildProcess; readonly stopSignal: NodeJS.Signals }[] = [];
  const folders: string[] = [];
  let isEnding = false;

  /** Waits for the programs: they may have workers, and use the folders. */
  async function end(code: number): Promise<void> {
    if (isEnding) return;
    isEnding = true;
    await Promise.all(programs.map(({ child, stopSignal }) => stop(child, stopSignal)));
    process.exit(code);
  }

  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void end(0));
  process.once('exit', () => {
    // The example itself failed: there is no time to wait.
    if (!isEnding) for (const { child, stopSignal } of programs) child.kill(stopSignal);
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  return {
    createFolder() {
      const folder = mkdtempSync(join(tmpdir(), 'anteroom-example-'));
      folders.push(folder);
      return folder;
    },
    start(command, args, { stopSignal, ...options }) {
      const child = spawn(command, args, options);
      programs.push({ child, stopSignal });
      child.once('error', (error) => {
        console.error(`${command} did not start: ${error.message}`);
        void end(1);
      });
      child.once('exit', () => void end(1));
    },
  };
}

async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const isRunning = child.pid !== undefined && child.exitCode === null && child.signalCode === null;
  if (!isRunning) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
  await ended;
  clearTimeout(timer);
}
