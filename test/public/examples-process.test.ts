import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '#support/chromium.ts';
import { freePort } from '#support/ports.ts';
import { type Example, runExample, startExample } from './example.ts';

let chromium: Browser;
let example: Example;

beforeAll(async () => {
  chromium = await launchChromium();
});
afterAll(async () => {
  await chromium?.close();
});
afterEach(async () => {
  await example?.stop();
  await Promise.all(chromium.contexts().map((context) => context.close()));
});

const newVisitor = async (): Promise<Page> => (await chromium.newContext()).newPage();
const heading = (page: Page) => page.getByRole('heading', { level: 1 });

describe('the examples', () => {
  test('upstream: visitors pass unseen while there is room, then wait, then get the page they asked for', async () => {
    example = await startExample('upstream');
    const { site, anteroom } = example;
    for (const number of ['1', '2']) {
      const page = await newVisitor();
      await page.goto(`${site}/seats?row=${number}&x=%2F`);
      expect(page.url()).toBe(`${site}/seats?row=${number}&x=%2F`);
      expect(await page.locator('#number').textContent()).toBe(number);
      expect(await page.evaluate(() => fetch('/api', { method: 'POST' }).then(({ status }) => status))).toBe(200);
    }
    const third = await newVisitor();
    await third.goto(`${site}/seats?row=3&x=%2F`);
    expect(third.url()).toContain(`${anteroom}/rooms/everything/wait?`);
    expect(await heading(third).filter({ visible: true }).textContent()).toBe('You are in line');
    await example.admin('PATCH', '/rooms/everything', { inlet: { strategy: 'max-size', size: 3 } });
    await third.waitForURL(`${site}/seats?row=3&x=%2F`);
    expect(await third.locator('#url').textContent()).toBe('/seats?row=3&x=%2F');
    expect(await third.locator('#number').textContent()).toBe('3');
  });

  test('downstream: the site sends visitors to wait, accepts each token once, and refuses a replay', async () => {
    example = await startExample('downstream');
    const { site, anteroom } = example;
    const first = await newVisitor();
    const tokens: string[] = [];
    first.on('request', (request) => {
      if (request.url().includes('anteroom_token=')) tokens.push(request.url());
    });
    await first.goto(site);
    await first.getByRole('link', { name: 'Buy a ticket' }).click();
    await first.waitForURL(`${site}/buy?seat=12`);
    expect(await first.textContent('p')).toBe('Number 1, you can buy seat 12.');
    await first.reload();
    expect(first.url()).toBe(`${site}/buy?seat=12`);
    expect(tokens).toHaveLength(1);

    const thief = await newVisitor();
    const replayed = await thief.goto(tokens[0] ?? '');
    expect(replayed?.status()).toBe(403);
    expect(await thief.context().cookies(site)).toEqual([]);
    await thief.getByRole('link', { name: 'Go to your place in line' }).click();
    await thief.waitForURL(`${anteroom}/rooms/tickets/wait?**`);
    await example.admin('PATCH', '/rooms/tickets', { inlet: { strategy: 'max-size', size: 2 } });
    await thief.waitForURL(`${site}/buy?seat=12`);
    expect(await thief.textContent('p')).toBe('Number 2, you can buy seat 12.');
  });

  test('api: visitors wait on the shop’s own page, order with the access token, and free the place', async () => {
    example = await startExample('api');
    const { site } = example;
    const [first, second] = [await newVisitor(), await newVisitor()];
    for (const page of [first, second]) {
      await page.goto(site);
      await page.getByRole('button', { name: 'I want a pair' }).click();
      await page.locator('#start').waitFor({ state: 'hidden' });
    }
    await first.getByRole('button', { name: 'Order now' }).waitFor();
    expect(await second.locator('#number').textContent()).toBe('2');
    await second.reload();
    await second.getByText('You are number 2').waitFor();
    const without = await second.evaluate(() => fetch('/api/orders', { method: 'POST' }).then(({ status }) => status));
    expect(without).toBe(401);
    expect(second.url()).toBe(`${site}/`);

    await first.getByRole('button', { name: 'Order now' }).click();
    await first.getByText('Order 1 is yours.').waitFor();
    await second.getByRole('button', { name: 'Order now' }).click();
    await second.getByText('Order 2 is yours.').waitFor();
  });

  test.each(['upstream', 'downstream', 'api'])('%s: a taken port is named, with what to do', async (name) => {
    const other = createServer().listen(0);
    await once(other, 'listening');
    const taken = String((other.address() as AddressInfo).port);
    const free = String(await freePort());
    for (const [variable, env] of [
      ['PORT', { PORT: taken, SITE_PORT: free }],
      ['SITE_PORT', { PORT: free, SITE_PORT: taken }],
    ] as const) {
      expect(await runExample(name, env)).toEqual({
        code: 1,
        output: `Port ${taken} is in use by another process. Stop it, or set ${variable} to a free port.\n`,
      });
    }
    other.close();
  });
});
