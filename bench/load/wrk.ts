/** wrk, the HTTP load generator, with one thread, so that the server under test has a core of its own. */
import { spawn } from 'node:child_process';
import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const SCRIPT = join(import.meta.dirname, 'replay.lua');
const CONNECTIONS = 64;

export interface Wrk {
  readonly requests: number;
  readonly seconds: number;
}

export class WrkMissing extends Error {}

/** Rejects with WrkMissing if wrk is not installed. */
export async function findWrk(): Promise<string> {
  const folders = (process.env.PATH ?? '').split(':');
  for (const folder of [...folders, '/usr/bin']) {
    const path = join(folder, 'wrk');
    const there = await access(path).then(
      () => true,
      () => false,
    );
    if (there) return path;
  }
  throw new WrkMissing('This benchmark needs wrk: apt-get install wrk (Debian, Ubuntu), brew install wrk (macOS).');
}

/** Writes requests to a file that wrk can replay again and again. */
export async function writeRequests(path: string, requests: readonly string[]): Promise<void> {
  await writeFile(path, requests.join('\0'), 'latin1');
}

/** Replays the requests of a file for so many seconds. Throws if an answer is not a success. */
export async function replay(wrk: string, port: number, file: string, seconds: number): Promise<Wrk> {
  const args = ['-t1', `-c${CONNECTIONS}`, `-d${seconds}s`, '-s', SCRIPT, `http://127.0.0.1:${port}/`, '--', file];
  const child = spawn(wrk, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });
  await new Promise((resolve, reject) => child.once('close', resolve).once('error', reject));
  const [, requests, microseconds, failed] = /replayed (\d+) in (\d+) us, (\d+) failed/.exec(output) ?? [];
  if (requests === undefined || Number(failed) > 0) throw new Error(`wrk failed:\n${output}`);
  return { requests: Number(requests), seconds: Number(microseconds) / 1e6 };
}
