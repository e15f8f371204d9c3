/** Sites behind CGI, PHP or WSGI read the gate's headers by names that other headers share. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { room as roomSettings } from '#settings/room.ts';
import { createBrowser } from '#support/browser.ts';
import { startService, type TestService } from '#support/service.ts';
import { embeddedStore, type OpenedStore } from '#support/stores.ts';
import { startCaddy, startHaproxy, startNginx, startTraefikStandIn } from './gate-proxies.ts';

const ROOM = { id: 'spring-sale', inlet: { strategy: 'max-size', size: 100 } };
const NAMES = ['Subject', 'Number', 'Expires'];
/** Characters that RFC 9110 §5.6.2 allows between the words of a name. */
const SEPARATORS = ['-', '_', '.', '!', '#', '$', '%', "'", '*', '+', '^', '`', '|', '~'];
const SPELLINGS = NAMES.flatMap((name) =>
  SEPARATORS.flatMap((first) =>
    SEPARATORS.flatMap((second) => [`X${first}Anteroom${second}${name}`, `x${first}aNTEROOM${second}${name}`]),
  ),
);

/** PHP and lighttpd replace every character other than letters and digits by an underscore. */
const variableOf = (name: string) => name.replace(/[^A-Za-z0-9]/g, '_').toUpperCase();

async function startWsgiSite(): Promise<{ readonly port: number; close(): Promise<void> }> {
  const child = spawn('python3', ['test/gateways/wsgi-site.py'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = (await once(child.stdout, 'data')) as [Buffer];
  const ended = once(child, 'exit');
  return {
    port: Number(String(port)),
    async close() {
      child.kill();
      await ended;
    },
  };
}

function get(url: string, headers: Record<string, string>): Promise<Record<string, string>> {
  return new Promise((resolve, reject) => {
    const req = request(url, { headers, agent: false }, async (res) => {
      const chunks: Buffer[] = [];
      for await (const chunk of res) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks).toString();
      if (res.statusCode === 200) resolve(JSON.parse(body));
      else reject(new Error(`${res.statusCode} ${body}`));
    });
    req.on('error', reject);
    req.end();
  });
}

const PROXIES = {
  nginx: startNginx,
  Caddy: startCaddy,
  HAProxy: startHaproxy,
  'a stand-in for Traefik': startTraefikStandIn,
};

describe.each(Object.entries(PROXIES))('the headers of the gate at %s', (_name, startProxy) => {
  let opened: OpenedStore;
  let service: TestService;
  let site: Awaited<ReturnType<typeof startWsgiSite>>;
  let proxy: Awaited<ReturnType<typeof startProxy>>;

  beforeAll(async () => {
    opened = await embeddedStore();
    service = await startService({ store: opened.store, rooms: [ROOM] });
    site = await startWsgiSite();
    proxy = await startProxy({ anteroom: Number(new URL(service.issuer).port), site: site.port });
    const return_urls = [`http://127.0.0.1:${proxy.port}/`];
    await service.waitingRoom.operations.putRoom(roomSettings.parse({ ...ROOM, return_urls }));
    await service.waitingRoom.advance.room(ROOM.id);
  });
  afterAll(async () => {
    await proxy?.close();
    await site?.close();
    await service?.close();
    await opened?.close();
  });

  test('a visitor cannot set them for the site in any spelling', async () => {
    const shop = `http://127.0.0.1:${proxy.port}`;
    const browser = createBrowser();
    expect((await browser.follow(`${shop}/`)).status).toBe(200);
    const cookie = [...browser.cookies].map((pair) => pair.join('=')).join('; ');
    const [genuine] = await Promise.all([get(`${shop}/`, { Cookie: cookie })]);
    expect(genuine?.HTTP_X_ANTEROOM_SUBJECT).toMatch(/^[\w-]{22}$/);

    for (let i = 0; i < SPELLINGS.length; i += 30) {
      const forged = SPELLINGS.slice(i, i + 30);
      const headers = Object.fromEntries(forged.map((name) => [name, 'victim']));
      const variables = await get(`${shop}/`, { ...headers, Cookie: cookie });
      const read = Object.entries(variables).filter(([name]) => variableOf(name).startsWith('HTTP_X_ANTEROOM_'));
      expect(Object.fromEntries(read)).toEqual({
        HTTP_X_ANTEROOM_SUBJECT: genuine?.HTTP_X_ANTEROOM_SUBJECT,
        HTTP_X_ANTEROOM_NUMBER: genuine?.HTTP_X_ANTEROOM_NUMBER,
        HTTP_X_ANTEROOM_EXPIRES: genuine?.HTTP_X_ANTEROOM_EXPIRES,
      });
    }
  });
});
