/** nginx with deploy/nginx.conf as it is shipped, but for addresses: the replicas' and its own. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '#support/ports.ts';
import { type RunningProxy, startProgram } from '../../gateways/proxy.ts';

/** Starts nginx in front of two replicas on these ports of 127.0.0.1. */
export async function startShippedProxy(replicas: readonly [number, number]): Promise<RunningProxy> {
  const folder = await mkdtemp(join(tmpdir(), 'anteroom-proxy-'));
  const port = await freePort();
  const shipped = await readFile('deploy/nginx.conf', 'utf8');
  const conf = [
    ['listen 3000;', `listen 127.0.0.1:${port};`],
    ['anteroom-1:3000', `127.0.0.1:${replicas[0]}`],
    ['anteroom-2:3000', `127.0.0.1:${replicas[1]}`],
  ].reduce((text, [from = '', to = '']) => {
    if (!text.includes(from)) throw new Error(`deploy/nginx.conf does not say "${from}"`);
    return text.replaceAll(from, to);
  }, shipped);
  const path = join(folder, 'nginx.conf');
  await writeFile(path, conf);
  const here = `daemon off; master_process off; pid ${folder}/pid;`;
  const proxy = await startProgram('/usr/sbin/nginx', ['-p', folder, '-c', path, '-e', 'stderr', '-g', here], port);
  return {
    port,
    async close() {
      await proxy.close();
      await rm(folder, { recursive: true });
    },
  };
}
