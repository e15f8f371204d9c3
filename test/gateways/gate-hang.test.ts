/** Anteroom accepts connections and never answers, as a stopped process does. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createBrowser } from '#support/browser.ts';
import { type Edit, startCaddy, startHaproxy, startNginx } from './gate-proxies.ts';
import type { RunningProxy } from './proxy.ts';
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

const PROXIES = { nginx: startNginx, Caddy: startCaddy, HAProxy: startHaproxy };

let site: Site;
/** By the proxy's name and how it is configured. */
const proxies = new Map<string, RunningProxy>();
/** Answers while the proxies start, which shows that they are up. */
let hangs = false;
const silent = createServer((_req, res) => {
  if (!hangs) res.writeHead(403).end();
});

beforeAll(async () => {
  site = await startSite();
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const behind = { anteroom: (silent.address() as AddressInfo).port, site: site.port };
  await Promise.all(
    Object.entries(PROXIES).flatMap(([name, start]) => [
      start(behind).then((proxy) => proxies.set(name, proxy)),
      start(behind, open).then((proxy) => proxies.set(`${name}, open`, proxy)),
    ]),
  );
  hangs = true;
});
afterAll(async () => {
  for (const proxy of proxies.values()) await proxy.close();
  silent.closeAllConnections();
  silent.close();
  await site.close();
});

// All at once: most of the time is the proxies' patience.
describe.concurrent.each(Object.keys(PROXIES))('while the gate hangs, %s', (name) => {
  test('answers 503 with Retry-After within seconds, as shipped', async () => {
    const begun = performance.now();
    const { status, headers } = await createBrowser().get(`http://127.0.0.1:${proxies.get(name)?.port}/`);
    expect([status, headers['retry-after']]).toEqual([503, '5']);
    expect(performance.now() - begun).toBeLessThan(PATIENCE);
  });

  test("lets every request pass with the file's fail-open line", async () => {
    const { status, text } = await createBrowser().get(`http://127.0.0.1:${proxies.get(`${name}, open`)?.port}/seats`);
    expect([status, JSON.parse(text).url]).toEqual([200, '/seats']);
  });
});
