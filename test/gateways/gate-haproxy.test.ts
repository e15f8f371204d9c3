import { resolve } from 'node:path';
import { freePort } from '#support/ports.ts';
import { describeGate } from './gate.ts';
import { startProgram } from './proxy.ts';

describeGate('HAProxy', async ({ anteroom, site }) => {
  const port = await freePort();
  return startProgram('/usr/sbin/haproxy', ['-db', '-f', resolve('deploy/gate/haproxy.cfg')], port, {
    GATE_LUA: resolve('deploy/gate/haproxy-gate.lua'),
    ANTEROOM: `http://127.0.0.1:${anteroom}`,
    SITE: `127.0.0.1:${site}`,
    BIND: `127.0.0.1:${port}`,
  });
});
