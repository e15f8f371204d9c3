/** A page of another site is viewed once, and tries to bring as many visitors into the line as it can. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { launchChromium } from '#support/chromium.ts';
import { serviceOn } from '#support/on-each-store.ts';
import { freePort } from '#support/ports.ts';
import { embeddedStore } from '#support/stores.ts';
import { serve } from '../gateways/stand-ins/http.ts';
import type { RunningRelyingParty } from '../gateways/tour.ts';
import { enterUrl, SALE, SITE } from '../public/room.ts';

const CALLBACK = 'http://127.0.0.1:1/callback';
const service = serviceOn(embeddedStore, {
  rooms: [
    { ...SALE, inlet: { strategy: 'max-size', size: 500 } },
    { ...SALE, id: 'framed', frames: 'same-site', origins: ['http://127.0.0.1:1'] },
  ],
  relying_parties: [{ client_id: 'shop', client_secret: 'a secret', room: 'sale', redirect_uris: [CALLBACK] }],
});
const COPIES = 10;
let browser: Browser;
let site: RunningRelyingParty;
let port: number;
let body = '';
let context: BrowserContext;

beforeAll(async () => {
  browser = await launchChromium();
  port = await freePort();
  site = await serve(port, ({ res }) => {
    res.writeHead(200, { 'Content-Type': 'text/html' });
    res.end(`<!doctype html><title>Cats</title>${body}`);
  });
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});
beforeEach(async () => {
  for (const room of ['sale', 'framed']) await service.waitingRoom.operations.reset(room);
  context = await browser.newContext();
});
afterEach(() => context.close());

const issued = async (room = 'sale') => (await service.waitingRoom.operations.counters(room)).queue;
const authorizeUrl = () =>
  `${service.issuer}/authorize?${new URLSearchParams({
    ...{ client_id: 'shop', redirect_uri: CALLBACK, response_type: 'code', scope: 'openid', state: 'x' },
  })}`;

const quiet = (page: Page) => page.waitForLoadState('networkidle', { timeout: 5000 }).catch(() => undefined);

/** Views the page until everything in it has come to an end; a waiting page in it never does. */
async function view(host: string, html: string): Promise<Page> {
  body = html;
  const page = await context.newPage();
  await page.goto(`http://${host}:${port}/`);
  await quiet(page);
  return page;
}

/** The service is at 127.0.0.1, so `localhost` is another site, and another port of 127.0.0.1 another origin. */
test.each(['localhost', '127.0.0.1'])(
  'one view of a page of another origin, at %s, brings nobody into the line',
  async (host) => {
    const [authorize, enter] = [authorizeUrl(), enterUrl(service, `${SITE}/`)];
    const urls = [authorize, enter, `${service.issuer}/rooms/sale/tickets`].map((url) => url.replaceAll('&', '&amp;'));
    const frames = urls.flatMap((url) => [
      ...Array.from({ length: COPIES }, () => `<iframe src="${url}"></iframe>`),
      `<embed src="${url}" type="text/html"><object data="${url}" type="text/html"></object><img src="${url}">`,
      `<link rel="prefetch" href="${url}"><link rel="stylesheet" href="${url}"><script src="${url}"></script>`,
    ]);
    const speculation = JSON.stringify({ prefetch: [{ urls: [authorize, enter] }], prerender: [{ urls: [enter] }] });
    const page = await view(
      host,
      `${frames.join('')}<script type="speculationrules">${speculation}</script>
      <iframe name="sink"></iframe>
      <form method="post" target="sink" action="${service.issuer}/rooms/sale/tickets"></form>
      <form method="post" target="sink" action="${authorize.replaceAll('&', '&amp;')}"></form>`,
    );
    const tickets = `${service.issuer}/rooms/sale/tickets`;
    const answers = await page.evaluate(`(async () => {
      for (const form of document.forms) {
        form.submit();
        await new Promise((done) => document.querySelector('[name=sink]').addEventListener('load', done, { once: true }));
      }
      const post = (more) => fetch('${tickets}', { method: 'POST', ...more });
      const requests = [
        ...Array.from({ length: 100 }, () => post({})),
        ...Array.from({ length: 10 }, () => post({ mode: 'no-cors' })),
        post({ mode: 'no-cors', referrerPolicy: 'no-referrer' }),
        ...['${authorize}', '${enter}'].flatMap((url) => [
          fetch(url, { mode: 'no-cors', credentials: 'include' }),
          fetch(url, { mode: 'no-cors', method: 'POST' }),
        ]),
      ];
      return (await Promise.allSettled(requests)).length;
    })()`);
    expect(answers).toBe(115);
    await quiet(page);
    expect(await issued()).toBe(0);
  },
  60_000,
);

test('a link of another site brings its visitor', async () => {
  const page = await view('localhost', `<a href="${authorizeUrl().replaceAll('&', '&amp;')}">Buy</a>`);
  await page.click('a').catch(() => undefined);
  await expect.poll(() => issued()).toBe(1);
});

test('a frame works in a page of the same site where the room allows frames', async () => {
  const { operations } = service.waitingRoom;
  const { origins: _, ...framed } = await operations.room('framed');
  await operations.putRoom({ ...framed, origins: [`http://127.0.0.1:${port}`] });
  const url = enterUrl(service, `${SITE}/`, 'framed');
  await view('localhost', `<iframe src="${url}"></iframe>`);
  expect(await issued('framed')).toBe(0);
  const page = await view('127.0.0.1', `<iframe src="${url}"></iframe>`);
  expect(await issued('framed')).toBe(1);
  expect(await page.frames()[1]?.textContent('h1')).toBeTruthy();
  await page.reload();
  await quiet(page);
  expect(await issued('framed')).toBe(1);
}, 30_000);
