/** Anteroom accepts connections and never answers, as a stopped process does. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createBrowser } from '#support/browser.ts';
import { type Edit, startCaddy, startHaproxy, startNginx } from './gate-proxies.ts';
import { type Site, startSite } from './site.ts';

/** The proxies wait 3 s at most for the gate. Their own defaults are a minute, or no limit. */
const PATIENCE = 20_000;

const open: Edit = (text, file) => {
  const edited =
    file === 'nginx.conf'
      ? text.replace('# error_page 502 504 =204', 'error_page 502 504 =204')
      : file === 'Caddyfile'
        ? text.replace(/header @unreachable.*\n\s*respond @unreachable.*/, 'reverse_proxy @unreachable {$SITE}')
        : file === 'haproxy-gate.lua'
          ? text.replace("UNREACHABLE = 'closed'", "UNREACHABLE = 'open'")
          : text;
  if (edited === text && file !== 'haproxy.cfg') throw new Error(`${file} has no line to change`);
  return edited;
};

let site: Site;
let anteroom: number;
/** Answers while a proxy starts, which shows that the proxy is up. */
let hangs = false;
const silent = createServer((_req, res) => {
  if (!hangs) res.writeHead(403).end();
});

beforeAll(async () => {
  site = await startSite();
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  anteroom = (silent.address() as AddressInfo).port;
});
afterAll(async () => {
  silent.closeAllConnections();
  silent.close();
  await site.close();
});

describe.each(Object.entries({ nginx: startNginx, Caddy: startCaddy, HAProxy: startHaproxy }))(
  'while the gate hangs, %s',
  (_name, startProxy) => {
    test('answers 503 with Retry-After within seconds, as shipped', async () => {
      hangs = false;
      const proxy = await startProxy({ anteroom, site: site.port });
      hangs = true;
      try {
        const begun = performance.now();
        const { status, headers } = await createBrowser().get(`http://127.0.0.1:${proxy.port}/`);
        expect([status, headers['retry-after']]).toEqual([503, '5']);
        expect(performance.now() - begun).toBeLessThan(PATIENCE);
      } finally {
        await proxy.close();
      }
    });

    test("lets every request pass with the file's fail-open line", async () => {
      hangs = false;
      const proxy = await startProxy({ anteroom, site: site.port }, open);
      hangs = true;
      try {
        const { status, text } = await createBrowser().get(`http://127.0.0.1:${proxy.port}/seats`);
        expect([status, JSON.parse(text).url]).toEqual([200, '/seats']);
      } finally {
        await proxy.close();
      }
    });
  },
);
