import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '#support/ports.ts';
import { describeGate } from './gate.ts';
import { startProgram } from './proxy.ts';

describeGate('nginx', async ({ anteroom, site }) => {
  const folder = await mkdtemp(join(tmpdir(), 'anteroom-nginx-'));
  const port = await freePort();
  // The addresses are this test's, the rest is the file's.
  const conf = (await readFile('deploy/gate/nginx.conf', 'utf8'))
    .replace('127.0.0.1:3000;', `127.0.0.1:${anteroom};`)
    .replace('127.0.0.1:8080;', `127.0.0.1:${site};`)
    .replace('listen 80;', `listen 127.0.0.1:${port};`);
  await writeFile(join(folder, 'nginx.conf'), conf);
  const here = `daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;`;
  const args = ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log'), '-g', here];
  const proxy = await startProgram('/usr/sbin/nginx', args, port);
  return {
    port,
    async close() {
      await proxy.close();
      await rm(folder, { recursive: true });
    },
  };
});
