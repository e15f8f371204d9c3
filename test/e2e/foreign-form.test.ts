/** Pages of other sites send forms to the waiting page, in a browser that brings its cookies along. */
import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { launchChromium } from '#support/chromium.ts';
import { serviceOn } from '#support/on-each-store.ts';
import { freePort } from '#support/ports.ts';
import { embeddedStore } from '#support/stores.ts';
import { serve } from '../gateways/stand-ins/http.ts';
import type { RunningRelyingParty } from '../gateways/tour.ts';
import { enterUrl, SALE, SITE } from '../public/room.ts';
import { numberOf } from './visitor.ts';

// A proof reseals the ticket by itself, and here a ticket must not change.
const service = serviceOn(embeddedStore, { rooms: [{ ...SALE, challenge: 'off' }] });
let browser: Browser;
let attacker: RunningRelyingParty;
let port: number;
/** The form that the attacker's page sends: an address of the waiting page, and a field. */
let form: { readonly action: string; readonly field: string };
let context: BrowserContext;

beforeAll(async () => {
  browser = await launchChromium();
  port = await freePort();
  attacker = await serve(port, ({ res, url }) => {
    const policy = url.pathname === '/silent' ? 'no-referrer' : 'unsafe-url';
    res.writeHead(200, { 'Content-Type': 'text/html', 'Referrer-Policy': policy });
    const action = form.action.replaceAll('&', '&amp;');
    res.end(`<form method="post" action="${action}"><input name="${form.field}" value="1"></form>
      <script>document.forms[0].submit()</script>`);
  });
});
afterAll(async () => {
  await browser?.close();
  await attacker?.close();
});
beforeEach(async () => {
  await service.waitingRoom.operations.reset('sale');
  context = await browser.newContext();
});
afterEach(() => context.close());

/** The service is at 127.0.0.1; another port of it is the same site, and `localhost` another one. */
test.each([
  ['another site', 'localhost', '/'],
  ['another site that hides itself', 'localhost', '/silent'],
  ['a sibling', '127.0.0.1', '/'],
  ['a sibling that hides itself', '127.0.0.1', '/silent'],
])(
  'a form of %s takes nobody out of the line',
  async (_who, host, path) => {
    const page = await context.newPage();
    await page.goto(enterUrl(service, `${SITE}/`));
    expect(await numberOf(page)).toBe(1);
    const cookies = await context.cookies();

    const attack = await browser.newContext();
    const stamped = await attack.newPage();
    await stamped.goto(enterUrl(service, `${SITE}/`));
    for (const action of [page.url(), stamped.url()]) {
      for (const field of ['leave', 'rejoin', 'claim']) {
        form = { action, field };
        const victim = await context.newPage();
        await victim.goto(`http://${host}:${port}${path}`);
        await victim.waitForURL(/\/wait\?/);
        await victim.close();
      }
    }
    await attack.close();
    await page.reload();
    expect(await numberOf(page)).toBe(1);
    const pairsOf = (all: typeof cookies) => all.map(({ name, value }) => `${name}=${value}`).sort();
    expect(pairsOf(await context.cookies())).toEqual(pairsOf(cookies));
  },
  60_000,
);
