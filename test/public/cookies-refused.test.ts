import { beforeEach, describe, expect, test } from 'vitest';
import { type Answer, type Browser, createBrowser } from '#support/browser.ts';
import { serviceOn } from '#support/on-each-store.ts';
import { embeddedStore } from '#support/stores.ts';
import { comeBack, enter, enterUrl, SALE, SITE } from './room.ts';

/** Fetch metadata, which only browsers send. */
const FETCHED = { 'Sec-Fetch-Dest': 'document' };
/** Safari gives up first, after sixteen redirects. */
const REDIRECTS = 16;

const service = serviceOn(embeddedStore, { rooms: [SALE] });
let browser: Browser;

beforeEach(async () => {
  await service.waitingRoom.operations.reset('sale');
  service.time.pass(2_000);
  browser = createBrowser();
});

/** The gate's answer to a navigation without its cookie. */
function askGate(url: string): Promise<Answer> {
  return createBrowser().get(`${service.issuer}/rooms/sale/gate/check`, {
    'X-Original-Method': 'GET',
    'X-Original-URL': url,
  });
}

/** Follows the redirects between Anteroom and a gate whose cookie is lost, until there is a page. */
async function go(from: string, beforeEach: () => void = () => undefined): Promise<Answer & { redirects: number }> {
  let at = from;
  for (let redirects = 0; redirects <= REDIRECTS; redirects++) {
    beforeEach();
    const answer = at.startsWith(`${SITE}/`) ? await askGate(at) : await browser.get(at, FETCHED);
    if (!answer.location) return { ...answer, redirects };
    at = answer.location;
  }
  throw new Error('the redirects did not end');
}

const headingOf = ({ text }: Answer) => /<h1[^>]*>([^<]*)</.exec(text)?.[1];
const NOT_KEPT = 'You are in, but the site does not recognise you';
const places = async () => (await service.waitingRoom.operations.counters('sale')).claimed;

describe('a browser that keeps no cookies of the site', () => {
  test('gets a page that explains, before the browser gives up', async () => {
    await service.waitingRoom.operations.raise('sale', 1);
    const end = await go(`${SITE}/deep?x=1`);
    expect([end.status, headingOf(end)]).toEqual([200, NOT_KEPT]);
    expect(end.headers['cache-control']).toBe('no-store');
    expect(end.text).toContain('Allow cookies for <bdi>shop.example</bdi>');
    expect(await places()).toBe(1);
  });

  test('gets the page after a wait, too', async () => {
    const waiting = await go(`${SITE}/deep?x=1`);
    const page = (await enter(service, browser, `${SITE}/deep?x=1`)).location;
    expect(headingOf(waiting)).toContain('You are');
    await service.waitingRoom.operations.raise('sale', 1);
    expect(headingOf(await go((await browser.post(page)).location))).toBe(NOT_KEPT);
  });

  test('continues with a button to the same URL, byte for byte', async () => {
    const to = `${SITE}/deep?q=a+b%20c&&x=%2F"&y`.replace('"', '%22');
    await service.waitingRoom.operations.raise('sale', 1);
    const { text } = await go(to);
    const [, action = ''] = /<form action="([^"]+)"/.exec(text) ?? [];
    const [, url = ''] = /name="return_to" value="([^"]+)"/.exec(text) ?? [];
    const query = new URLSearchParams({ return_to: url.replaceAll('&amp;', '&'), anteroom_again: '1' });
    expect(text).toContain('<button name="anteroom_again" value="1">');
    const back = await browser.get(`${service.issuer}${action}?${query}`);
    expect(back.location.startsWith(`${to}&anteroom_token=`)).toBe(true);
    // The button resets the count. If nothing has changed, the page comes again.
    expect(headingOf(await go(back.location))).toBe(NOT_KEPT);
  });

  test('is counted by page, and from zero after a minute', async () => {
    await service.waitingRoom.operations.raise('sale', 1);
    expect(headingOf(await go(`${SITE}/deep`))).toBe(NOT_KEPT);
    for (const page of ['/other', '/deep/er', '/']) {
      expect((await enter(service, browser, SITE + page)).location).toContain('anteroom_token=');
    }
    expect((await enter(service, browser, `${SITE}/deep?r=2`, FETCHED)).status).toBe(200);
    service.time.pass(61_000);
    expect((await enter(service, browser, `${SITE}/deep`)).location).toContain('anteroom_token=');
  });

  test('is stopped earlier than a program, which is stopped too', async () => {
    await service.waitingRoom.operations.raise('sale', 1);
    for (let round = 0; round < 11; round++) expect(await comeBack(service, browser)).toContain('anteroom_token=');
    expect((await enter(service, browser, `${SITE}/deep?x=1`)).status).toBe(200);
  });

  test('is not stopped by a made-up cookie', async () => {
    await comeBack(service, browser);
    browser.cookies.set('anteroom_loop_sale', '1,2,3,4');
    expect(await comeBack(service, browser)).toContain('anteroom_token=');
  });
});

test('a browser without any cookies is asked to allow them, and takes no place', async () => {
  await service.waitingRoom.operations.raise('sale', 100);
  const end = await go(`${SITE}/deep?x=1`, () => browser.cookies.clear());
  expect([end.status, headingOf(end)]).toEqual([400, 'Please allow cookies']);
  expect(end.text).toContain(`href="${enterUrl(service, `${SITE}/deep?x=1`).slice(service.issuer.length)}"`);
  expect(await places()).toBe(0);
});

test('a first visit sets no cookie for the count', async () => {
  await comeBack(service, browser);
  expect([...browser.cookies.keys()].sort()).toEqual([
    'anteroom_inside_sale',
    'anteroom_serial_sale',
    'anteroom_ticket_sale',
    'anteroom_visitor',
  ]);
});
