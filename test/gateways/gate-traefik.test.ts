import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { freePort } from '#support/ports.ts';
import { describeGate } from './gate.ts';
import { type ForwardAuth, startTraefik } from './traefik.ts';

describeGate('a stand-in for Traefik', async ({ anteroom, site }) => {
  const { http } = parse(await readFile('deploy/gate/traefik.yaml', 'utf8')) as {
    http: { middlewares: { anteroom: { forwardAuth: ForwardAuth } } };
  };
  const { forwardAuth } = http.middlewares.anteroom;
  const address = forwardAuth.address.replace(':3000', `:${anteroom}`);
  return startTraefik(await freePort(), { ...forwardAuth, address }, `http://127.0.0.1:${site}`);
});
