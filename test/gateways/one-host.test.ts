/** Anteroom below a path of the site's own host, behind the real nginx with deploy/one-host/nginx.conf. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createBrowser } from '#support/browser.ts';
import type { Certificate } from '#support/certificates.ts';
import { freePort } from '#support/ports.ts';
import { arrive, facts, SECRET } from '#support/relying-party.ts';
import { ADMIN_TOKEN, startService, type TestService } from '#support/service.ts';
import { embeddedStore, type OpenedStore } from '#support/stores.ts';
import { application } from '../../examples/programs.ts';
import { type RunningProxy, startProgram } from './proxy.ts';
import { environment } from './shop.ts';
import { tour } from './tour.ts';

const PATH = '/line';

interface Behind {
  readonly anteroom: number;
  readonly site: number;
  /** For https. */
  readonly certificate?: Certificate;
}

/** nginx at `port`, in front of Anteroom and the site. */
async function startNginx(port: number, { anteroom, site, certificate }: Behind): Promise<RunningProxy> {
  const folder = await mkdtemp(join(tmpdir(), 'anteroom-one-host-'));
  const path = join(folder, 'nginx.conf');
  // nginx reads no environment variables, so the addresses in the file are replaced.
  const conf = (await readFile('deploy/one-host/nginx.conf', 'utf8'))
    .replace('127.0.0.1:3000;', `127.0.0.1:${anteroom};`)
    .replace('127.0.0.1:8080;', `127.0.0.1:${site};`)
    .replace(
      'listen 80;',
      certificate
        ? `listen 127.0.0.1:${port} ssl; ssl_certificate ${certificate.certFile}; ssl_certificate_key ${certificate.keyFile};`
        : `listen 127.0.0.1:${port};`,
    );
  await writeFile(path, conf);
  const here = `daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;`;
  const args = ['-p', folder, '-c', path, '-e', join(folder, 'error.log'), '-g', here];
  const nginx = await startProgram(
    '/usr/sbin/nginx',
    args,
    port,
    {},
    `${certificate ? 'https' : 'http'}://127.0.0.1:${port}${PATH}/livez`,
  );
  return {
    port,
    async close() {
      await nginx.close();
      await rm(folder, { recursive: true });
    },
  };
}

tour({
  name: 'an application on the same host as Anteroom',
  profile: 'generic',
  callback: '/callback',
  logout: (origin) => `${origin}/logout`,
  postLogout: (origin) => `${origin}/bye`,
  anteroomPath: PATH,
  endsTls: true,
  async start({ issuer, port, origin, tls }, anteroom) {
    const site = await freePort();
    const nginx = await startNginx(port, { anteroom, site, ...(tls && { certificate: tls.certificate }) });
    const command = [application('openid-client/app.js')];
    const app = await startProgram(
      process.execPath,
      command,
      site,
      environment({ issuer, port: site, origin, ...(tls && { tls }) }),
    );
    return {
      async close() {
        await app.close();
        await nginx.close();
      },
    };
  },
});

describe('nginx with deploy/one-host/nginx.conf', () => {
  let opened: OpenedStore;
  let service: TestService;
  let nginx: RunningProxy;
  let origin: string;
  const site = createServer((req, res) => {
    // A site with cookies of its own, one of them for this page only.
    res.setHeader('Set-Cookie', ['session=of-the-site; Path=/', 'visitor=of-the-site; Path=/', 'tour=1; Path=/basket']);
    res.end(JSON.stringify({ url: req.url, cookie: req.headers.cookie ?? '' }));
  });

  beforeAll(async () => {
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
    opened = await embeddedStore();
    const port = await freePort();
    origin = `http://127.0.0.1:${port}`;
    service = await startService({
      store: opened.store,
      issuer: origin + PATH,
      rooms: [{ id: 'sale' }],
      relying_parties: [
        { client_id: 'shop', client_secret: SECRET, room: 'sale', redirect_uris: [`${origin}/callback`] },
      ],
    });
    const anteroom = Number(new URL(service.listensOn).port);
    nginx = await startNginx(port, { anteroom, site: (site.address() as AddressInfo).port });
  });
  afterAll(async () => {
    await nginx?.close();
    await service?.close();
    await opened?.close();
    site.closeAllConnections();
    site.close();
  });
  beforeEach(() => service.waitingRoom.operations.reset('sale'));

  test('the site keeps its cookies through a visit, and gets none but ours besides', async () => {
    const browser = createBrowser();
    await browser.get(`${origin}/basket`);
    const own = [...browser.cookies];
    const { page, login } = await arrive(browser, service.issuer, { redirectUri: `${origin}/callback` });
    await browser.get(page);
    expect((await facts(browser, page)).json()).toMatchObject({ state: 'waiting', number: 1 });
    await service.waitingRoom.operations.raise('sale', 1);
    const back = await browser.follow((await browser.post(page)).location);
    expect(back.url).toContain(`${origin}/callback?code=`);
    await expect(login.exchange(back.url)).resolves.toHaveProperty('id_token');

    expect([...browser.cookies]).toEqual(expect.arrayContaining(own));
    expect(own).toHaveLength(3);
    const seen = (await browser.get(`${origin}/basket`)).json().cookie;
    const names = String(seen)
      .split('; ')
      .map((pair) => pair.split('=')[0] ?? '');
    const others = ['session', 'tour', 'visitor'];
    expect(names.filter((name) => !name.startsWith('anteroom_')).sort()).toEqual(others);
  });

  test('the site with many cookies does not shut its visitors out of the line', async () => {
    const browser = createBrowser();
    for (let n = 0; n < 5; n++) browser.cookies.set(`tracking_${n}`, 'x'.repeat(3_000));
    const more = { login_hint: 'x'.repeat(5_000) };
    const { page } = await arrive(browser, service.issuer, { redirectUri: `${origin}/callback`, more });
    expect((await browser.get(page)).text).toContain('You are in line');
    expect((await facts(browser, page)).json()).toMatchObject({ state: 'waiting', number: 1 });
  });

  test('each address is answered by the site or by Anteroom, as the path says', async () => {
    const browser = createBrowser();
    const { page } = await arrive(browser, service.issuer, { redirectUri: `${origin}/callback` });
    const { text } = await browser.get(page);
    const assets = [...text.matchAll(/(?:href|src)="(\/line\/assets\/[^"]+)"/g)].map(([, path = '']) => path);
    expect(assets.length).toBeGreaterThanOrEqual(3);
    for (const asset of assets) {
      const { status, headers } = await browser.get(origin + asset);
      expect([status, headers['cache-control']]).toEqual([200, 'public, max-age=31536000, immutable']);
    }
    const metadata = await browser.get(`${origin}/.well-known/oauth-authorization-server${PATH}`);
    expect(metadata.json()).toMatchObject({ issuer: service.issuer });
    for (const path of ['/', '/style.css', '/lines', '/rooms/sale/status', '/.well-known/openid-configuration']) {
      expect((await browser.get(origin + path)).json()).toMatchObject({ url: path });
    }
  });

  test('the control panel, the admin API and the metrics are at Anteroom’s own address only', async () => {
    const headers = { Authorization: `Bearer ${ADMIN_TOKEN}` };
    for (const path of ['/line/admin', '/line/admin/', '/line/admin/v1/rooms', '/line/metrics']) {
      expect((await createBrowser().get(origin + path, headers)).status).toBe(404);
      expect((await createBrowser().get(service.listensOn + path, headers)).status).toBeLessThan(400);
    }
    for (const path of ['/line/admin/v1/rooms/..%2F..%2F..%2Fx', '/line/admin/..%2F', '/line/%61dmin/v1/rooms']) {
      const answer = await createBrowser().get(origin + path, headers);
      // nginx's own page, not an answer of the admin API.
      expect([answer.status, answer.text.includes('nginx')]).toEqual([404, true]);
    }
  });
});
