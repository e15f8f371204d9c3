import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createBrowser } from '#support/browser.ts';
import { freePort } from '#support/ports.ts';
import { type Behind, describeGate } from './gate.ts';
import { type RunningProxy, startProgram } from './proxy.ts';
import { startSite } from './site.ts';

async function startNginx({ anteroom, site }: Behind): Promise<RunningProxy> {
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
}

describeGate('nginx', startNginx);

test('nginx shows a page that tries again where nothing answers at Anteroom’s address', async () => {
  const site = await startSite();
  const proxy = await startNginx({ anteroom: site.port, site: site.port });
  try {
    await site.close();
    const { status, headers, text } = await createBrowser().get(`http://127.0.0.1:${proxy.port}/a`);
    expect([status, headers['retry-after'], headers.refresh]).toEqual([503, '5', '5']);
    expect(headers['content-type']).toContain('text/html');
    expect(text).toContain('<h1>One moment, please</h1>');
  } finally {
    await proxy.close();
  }
});
