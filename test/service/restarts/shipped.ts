/** Every proxy file that is shipped, and what its clients do. All of them reach Anteroom through deploy/nginx.conf. */
import type { Answer } from '#support/browser.ts';
import { noApache, startApache } from '../../gateways/apache.ts';
import { noEnvoy, startEnvoy } from '../../gateways/envoy.ts';
import {
  type StartProxy,
  startCaddy,
  startHaproxy,
  startNginx as startNginxGate,
  startTraefikStandIn,
} from '../../gateways/gate-proxies.ts';
import { startSite } from '../../gateways/site.ts';
import type { Next } from './load.ts';
import { startNginx } from './proxy.ts';
import { sendRequests, visitSite } from './visits.ts';

export interface Around {
  /** The port of deploy/nginx.conf, in front of the replicas, and that of the proxy itself. */
  readonly anteroom: number;
  readonly port: number;
  readonly clientId: string;
}

export interface Shipped {
  readonly file: string;
  /** Why it cannot run on this machine. */
  readonly missing?: string | undefined;
  /** Where Anteroom is on the proxy's own host. Without it, its public URL is that of deploy/nginx.conf. */
  readonly path?: string;
  /** Of a relying party. */
  readonly relyingParty?: { readonly profile: string; readonly callback: string };
  /** Null where deploy/nginx.conf is all that there is. */
  readonly start: ((around: Around) => Promise<{ close(): Promise<void> }>) | null;
  readonly client: (around: Around) => (index: number) => Next;
}

export const SECRET = 'change-me-to-something-longer-than-this';
const at = (port: number) => `http://127.0.0.1:${port}`;

/** A site that says which request it got. */
const isSite = ({ status, text }: Answer) => status === 200 && text.startsWith('{"method":"GET","url":"/tickets?page=');

/** With a site behind it. */
async function withSite(start: (site: number) => Promise<{ close(): Promise<void> }>) {
  const site = await startSite();
  const proxy = await start(site.port).catch(async (error: unknown) => {
    await site.close();
    throw error;
  });
  return {
    async close() {
      await proxy.close();
      await site.close();
    },
  };
}

const gate = (file: string, start: StartProxy): Shipped => ({
  file: `deploy/gate/${file}`,
  start: ({ anteroom, port }) => withSite((site) => start({ anteroom, site, port })),
  client: ({ port }) => visitSite(at(port), isSite),
});

export const SHIPPED: readonly Shipped[] = [
  {
    file: 'deploy/nginx.conf',
    start: null,
    client: ({ anteroom }) => sendRequests(at(anteroom)),
  },
  {
    file: 'deploy/one-host/nginx.conf',
    path: '/line',
    start: ({ anteroom, port }) =>
      withSite((site) =>
        startNginx(
          'deploy/one-host/nginx.conf',
          port,
          [
            ['127.0.0.1:3000;', `127.0.0.1:${anteroom};`],
            ['127.0.0.1:8080;', `127.0.0.1:${site};`],
            ['listen 80;', `listen 127.0.0.1:${port};`],
          ],
          '/line/livez',
        ),
      ),
    client: ({ port }) => sendRequests(`${at(port)}/line`),
  },
  gate('nginx.conf', startNginxGate),
  gate('haproxy.cfg', startHaproxy),
  gate('Caddyfile', startCaddy),
  gate('traefik.yaml', startTraefikStandIn),
  {
    file: 'deploy/relying-parties/envoy/envoy.yaml',
    missing: noEnvoy,
    relyingParty: { profile: 'envoy', callback: '/oauth2/callback' },
    start: ({ anteroom, port, clientId }) =>
      withSite((sitePort) =>
        startEnvoy('envoy/envoy.yaml', {
          ...{ issuer: at(anteroom), port, sitePort, documentedPort: 8443 },
          replacements: {
            'https://shop.example': at(port),
            'client_id: shop': `client_id: ${clientId}`,
            'inline_string: change-me }': `inline_string: ${SECRET} }`,
          },
        }),
      ),
    client: ({ port }) => visitSite(at(port), isSite),
  },
  {
    file: 'deploy/relying-parties/apache/anteroom.conf',
    missing: noApache,
    relyingParty: { profile: 'mod-auth-openidc', callback: '/oauth2/callback' },
    start: ({ anteroom, port, clientId }) =>
      startApache(
        { issuer: at(anteroom), port, origin: at(port) },
        { 'OIDCClientID shop': `OIDCClientID ${clientId}`, 'OIDCClientSecret change-me': `OIDCClientSecret ${SECRET}` },
      ),
    client: ({ port }) => visitSite(at(port), ({ status, text }) => status === 200 && text === 'inside'),
  },
];
