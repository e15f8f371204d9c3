import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '#support/ports.ts';
import { configuration, findProgram, inCache } from './programs.ts';
import { startProgram } from './proxy.ts';
import { say, serve } from './stand-ins/http.ts';
import { CLIENT_ID, LOGIN_WINDOW, SECRET, tour } from './tour.ts';

const ENVOY = findProgram(process.env.ENVOY, 'envoy', inCache('envoy/bin/envoy'));

/** Towards Anteroom, which is on http in tests. */
const TLS = / {6}transport_socket:\n(?: {8}.*\n?)+/.exec(configuration('envoy/envoy.yaml', {}))?.[0] ?? 'no TLS';

tour(
  {
    name: 'Envoy',
    profile: 'envoy',
    callback: '/oauth2/callback',
    logout: (origin) => `${origin}/signout`,
    postLogout: (origin) => `${origin}/`,
    async start({ issuer, port, origin }) {
      const folder = await mkdtemp(join(tmpdir(), 'anteroom-envoy-'));
      const sitePort = await freePort();
      const site = await serve(sitePort, ({ res }) => say(res, 200, 'inside'));
      const { hostname, port: issuerPort } = new URL(issuer);
      const file = join(folder, 'envoy.yaml');
      await writeFile(
        file,
        configuration('envoy/envoy.yaml', {
          [TLS]: '',
          'https://line.example': issuer,
          'https://shop.example': origin,
          'address: line.example, port_value: 443': `address: ${hostname}, port_value: ${issuerPort}`,
          'address: 0.0.0.0, port_value: 8443': `address: 127.0.0.1, port_value: ${port}`,
          'port_value: 8080': `port_value: ${sitePort}`,
          'client_id: shop': `client_id: ${CLIENT_ID}`,
          'inline_string: change-me }': `inline_string: ${SECRET} }`,
          '600s': `${LOGIN_WINDOW}s`,
        }),
      );
      const args = ['-c', file, '--disable-hot-restart', '--concurrency', '1', '--log-level', 'warning'];
      const envoy = await startProgram(ENVOY ?? '', args, port);
      return {
        async close() {
          await envoy.close();
          await site.close();
          await rm(folder, { recursive: true });
        },
      };
    },
  },
  ENVOY ? undefined : 'no envoy on this machine',
);
