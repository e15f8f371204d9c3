/** The proxies in front of Anteroom or of a site, each with a file as it is shipped, but for addresses. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningProxy, startProgram } from '../../gateways/proxy.ts';

/** Starts nginx with a file of deploy/. `replacements` has text of the file and what replaces it. */
export async function startNginx(
  file: string,
  port: number,
  replacements: readonly (readonly [from: string, to: string])[],
  page?: string,
): Promise<RunningProxy> {
  const folder = await mkdtemp(join(tmpdir(), 'anteroom-proxy-'));
  const conf = replacements.reduce(
    (text, [from, to]) => {
      if (!text.includes(from)) throw new Error(`${file} does not say "${from}"`);
      return text.replaceAll(from, to);
    },
    await readFile(file, 'utf8'),
  );
  const path = join(folder, 'nginx.conf');
  await writeFile(path, conf);
  const here = `daemon off; master_process off; pid ${folder}/pid;`;
  const args = ['-p', folder, '-c', path, '-e', 'stderr', '-g', here];
  const proxy = await startProgram('/usr/sbin/nginx', args, port, {}, page);
  return {
    port,
    async close() {
      await proxy.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** Starts nginx with deploy/nginx.conf in front of two replicas on these ports of 127.0.0.1. */
export const startBalancer = (port: number, replicas: readonly [number, number], page?: string) =>
  startNginx(
    'deploy/nginx.conf',
    port,
    [
      ['listen 3000;', `listen 127.0.0.1:${port};`],
      ['anteroom-1:3000', `127.0.0.1:${replicas[0]}`],
      ['anteroom-2:3000', `127.0.0.1:${replicas[1]}`],
    ],
    page,
  );
