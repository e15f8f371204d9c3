/** An operator replaces a relying party's redirect URI while its visitors wait. */
import { beforeEach, expect, test } from 'vitest';
import { type Browser, createBrowser } from '#support/browser.ts';
import { serviceOn } from '#support/on-each-store.ts';
import { arrive, REDIRECT_URI, SECRET } from '#support/relying-party.ts';
import { embeddedStore } from '#support/stores.ts';
import { push } from './pushed-request.ts';
import { arriveStored } from './stored-request.ts';
import { closeDoor, comeBack, numbersGiven, rooms } from './visit.ts';

const NEW_URI = 'http://127.0.0.1:8/new';
const LANDING = 'http://127.0.0.1:8/tickets';
const shop = { client_id: 'shop', client_secret: SECRET, room: 'sale', redirect_uris: [REDIRECT_URI] };
const service = serviceOn(embeddedStore, { rooms, relying_parties: [shop] });
let browser: Browser;

beforeEach(async () => {
  await replace([REDIRECT_URI], null);
  await service.waitingRoom.operations.reset('sale');
  await closeDoor(service);
  browser = createBrowser();
});

async function replace(redirect_uris: readonly string[], landing_url: string | null) {
  const party = await service.waitingRoom.operations.relyingParty('shop');
  await service.waitingRoom.operations.putRelyingParty({ ...party, redirect_uris, landing_url });
  service.time.pass(1_000);
}

/** Each way in which a request waits. */
const WAITS: readonly [how: string, wait: () => Promise<string>][] = [
  ['travels', async () => (await arrive(browser, service.issuer)).page],
  ['was pushed', async () => (await browser.get((await push(service.issuer)).url)).location],
  ['an earlier version stored', async () => (await arriveStored(browser, service)).page],
];

test.each(WAITS)('a request that %s begins a fresh login, which passes at once', async (_, wait) => {
  const page = await wait();
  await replace([NEW_URI], LANDING);
  await service.waitingRoom.operations.raise('sale', 1);
  expect((await browser.post(page)).location).toBe(LANDING);
  await closeDoor(service);
  const again = await comeBack(service, browser, { redirectUri: NEW_URI });
  expect(again.answer.location).toContain(`${NEW_URI}?code=`);
  expect(await numbersGiven(service)).toBe(1);
});

test('without a landing page, the login begins at the site of the new redirect URI', async () => {
  const { page } = await arrive(browser, service.issuer);
  await replace([NEW_URI], null);
  await service.waitingRoom.operations.raise('sale', 1);
  expect((await browser.post(page)).location).toBe('http://127.0.0.1:8/');
});

test('a redirect URI that is added does not disturb those who wait', async () => {
  const { page } = await arrive(browser, service.issuer);
  await replace([NEW_URI, REDIRECT_URI], LANDING);
  await service.waitingRoom.operations.raise('sale', 1);
  const claimed = await browser.post(page);
  expect((await browser.follow(claimed.location, service.issuer)).location).toContain(`${REDIRECT_URI}?code=`);
});
