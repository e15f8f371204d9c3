import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort } from '#support/ports.ts';
import { describeGate } from './gate.ts';
import { startProgram } from './proxy.ts';

describeGate('Caddy', async ({ anteroom, site }) => {
  const folder = await mkdtemp(join(tmpdir(), 'anteroom-caddy-'));
  const port = await freePort();
  const args = ['run', '--adapter', 'caddyfile', '--config', resolve('deploy/gate/Caddyfile')];
  const proxy = await startProgram('caddy', args, port, {
    SITE_ADDRESS: `http://127.0.0.1:${port}`,
    ANTEROOM: `127.0.0.1:${anteroom}`,
    SITE: `127.0.0.1:${site}`,
    CADDY_ADMIN: `unix/${folder}/admin.sock`,
    HOME: folder,
    XDG_CONFIG_HOME: folder,
    XDG_DATA_HOME: folder,
  });
  return {
    port,
    async close() {
      await proxy.close();
      await rm(folder, { recursive: true });
    },
  };
});
