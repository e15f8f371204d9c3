import { beforeEach, describe, expect, test } from 'vitest';
import { type Answer, type Browser, createBrowser } from '#support/browser.ts';
import { serviceOn } from '#support/on-each-store.ts';
import { embeddedStore } from '#support/stores.ts';
import { comeBack, enterUrl, SALE, SITE } from './room.ts';

/** As a browser says what it wants the answer for. */
const FETCHED = { 'Sec-Fetch-Dest': 'document' };
/** Where the most impatient of the browsers gives up. */
const REDIRECTS = 16;

const service = serviceOn(embeddedStore, { rooms: [SALE] });
let browser: Browser;

beforeEach(async () => {
  await service.waitingRoom.operations.reset('sale');
  service.time.pass(2_000);
  browser = createBrowser();
});

/** What the gate says to a navigation of a browser that brings it no cookie. */
function askGate(url: string): Promise<Answer> {
  return createBrowser().get(`${service.issuer}/rooms/sale/gate/check`, {
    'X-Original-Method': 'GET',
    'X-Original-URL': url,
  });
}

/** Goes where the redirects lead, between a gate that no cookie comes back to and Anteroom; the page at the end. */
async function go(from: string, beforeEach: () => void = () => undefined): Promise<Answer & { redirects: number }> {
  let at = from;
  for (let redirects = 0; redirects <= REDIRECTS; redirects++) {
    beforeEach();
    const answer = at.startsWith(`${SITE}/`) ? await askGate(at) : await browser.get(at, FETCHED);
    if (!answer.location) return { ...answer, redirects };
    at = answer.location;
  }
  throw new Error('it went round and round');
}

const headingOf = ({ text }: Answer) => /<h1[^>]*>([^<]*)</.exec(text)?.[1];
const NOT_KEPT = 'You are in, but the site does not recognise you';
const places = async () => (await service.waitingRoom.operations.counters('sale')).claimed;

describe('a browser that keeps no cookies of the site', () => {
  test('ends at a page that explains, before it gives up by itself', async () => {
    await service.waitingRoom.operations.raise('sale', 1);
    const end = await go(`${SITE}/deep?x=1`);
    expect([end.status, headingOf(end)]).toEqual([200, NOT_KEPT]);
    expect(end.headers['cache-control']).toBe('no-store');
    expect(end.text).toContain('Allow cookies for <bdi>shop.example</bdi>');
    expect(await places()).toBe(1);
  });

  test('ends there after a wait, too', async () => {
    const waiting = await go(`${SITE}/deep?x=1`);
    const page = (await browser.get(enterUrl(service, `${SITE}/deep?x=1`))).location;
    expect(headingOf(waiting)).toContain('You are');
    await service.waitingRoom.operations.raise('sale', 1);
    expect(headingOf(await go((await browser.post(page)).location))).toBe(NOT_KEPT);
  });

  test('goes on from there with a button, to the same page with every byte of its query', async () => {
    const to = `${SITE}/deep?q=a+b%20c&&x=%2F"&y`.replace('"', '%22');
    await service.waitingRoom.operations.raise('sale', 1);
    const { text } = await go(to);
    const [, action = ''] = /<form action="([^"]+)"/.exec(text) ?? [];
    const [, url = ''] = /name="return_to" value="([^"]+)"/.exec(text) ?? [];
    const query = new URLSearchParams({ return_to: url.replaceAll('&amp;', '&'), anteroom_again: '1' });
    expect(text).toContain('<button name="anteroom_again" value="1">');
    const back = await browser.get(`${service.issuer}${action}?${query}`);
    expect(back.location.startsWith(`${to}&anteroom_token=`)).toBe(true);
    // The count is forgotten with it; and if nothing has changed, it ends there once more.
    expect(headingOf(await go(back.location))).toBe(NOT_KEPT);
  });

  test('is counted anew after a minute, and by its pages', async () => {
    await service.waitingRoom.operations.raise('sale', 1);
    expect(headingOf(await go(`${SITE}/deep`))).toBe(NOT_KEPT);
    for (const page of ['/other', '/deep/er', '/']) {
      expect((await browser.get(enterUrl(service, SITE + page))).location).toContain('anteroom_token=');
    }
    expect((await browser.get(enterUrl(service, `${SITE}/deep?r=2`), FETCHED)).status).toBe(200);
    service.time.pass(61_000);
    expect((await browser.get(enterUrl(service, `${SITE}/deep`))).location).toContain('anteroom_token=');
  });

  test('is no program: that goes round as it likes, though not for ever', async () => {
    await service.waitingRoom.operations.raise('sale', 1);
    for (let round = 0; round < 10; round++) expect(await comeBack(service, browser)).toContain('anteroom_token=');
    expect((await browser.get(enterUrl(service, `${SITE}/deep?x=1`))).status).toBe(200);
  });

  test('cannot be made to stop by what somebody made up', async () => {
    await comeBack(service, browser);
    browser.cookies.set('anteroom_loop_sale', '1,2,3,4');
    expect(await comeBack(service, browser)).toContain('anteroom_token=');
  });
});

test('a browser that keeps no cookies at all ends at a page, and takes one place', async () => {
  await service.waitingRoom.operations.raise('sale', 100);
  const end = await go(`${SITE}/deep?x=1`, () => browser.cookies.clear());
  expect([end.status, headingOf(end)]).toEqual([400, 'Please allow cookies']);
  expect(end.text).toContain(`href="${enterUrl(service, `${SITE}/deep?x=1`).slice(service.issuer.length)}"`);
  expect(await places()).toBe(1);
});

test('a first visit sets no cookie to count with', async () => {
  await comeBack(service, browser);
  expect([...browser.cookies.keys()].sort()).toEqual(['anteroom_ticket_sale', 'anteroom_visitor']);
});
