/** Configurations of proxies that ask the gate. They are the files that the tests run. */
import caddy from '../../deploy/gate/Caddyfile';
import haproxy from '../../deploy/gate/haproxy.cfg';
import haproxyGate from '../../deploy/gate/haproxy-gate.lua';
import nginx from '../../deploy/gate/nginx.conf';
import traefik from '../../deploy/gate/traefik.yaml';
import type { Recipe } from '../state/recipe.ts';

export const PROXIES = ['nginx', 'caddy', 'haproxy', 'traefik'] as const;
export type ProxyName = (typeof PROXIES)[number];

const FILES: Readonly<Record<ProxyName, readonly Recipe[]>> = {
  nginx: [{ name: 'nginx.conf', text: nginx }],
  caddy: [{ name: 'Caddyfile', text: caddy }],
  haproxy: [
    { name: 'haproxy.cfg', text: haproxy },
    { name: 'haproxy-gate.lua', text: haproxyGate },
  ],
  traefik: [{ name: 'traefik.yaml', text: traefik }],
};

/** The files of a proxy for a site, given by a URL of `return_urls`, and a room. */
export function gateRecipe(proxy: ProxyName, room: string, site: string): Recipe[] {
  const { origin, host } = new URL(site);
  return FILES[proxy].map(({ name, text }) => ({
    name,
    text: text
      .replace(/https?:\/\/shop\.example\//g, `${origin}/`)
      .replaceAll('shop.example', host)
      .replaceAll('spring-sale', room),
  }));
}
