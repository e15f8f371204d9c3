import { beforeEach, describe, expect, test } from 'vitest';
import { type Answer, type Browser, createBrowser } from '#support/browser.ts';
import { serviceOn } from '#support/on-each-store.ts';
import { type LoginOptions, REDIRECT_URI, SECRET, startLogin } from '#support/relying-party.ts';
import { embeddedStore } from '#support/stores.ts';
import { comeBack, goIn, goRound, read, rooms } from './visit.ts';
import { headingOf, shown } from './waiting-page.ts';

const OTHER_URI = 'http://127.0.0.2:9/callback';
const shop = { client_secret: SECRET, room: 'sale', redirect_uris: [REDIRECT_URI, OTHER_URI] };
const relying_parties = [
  { client_id: 'shop', ...shop },
  { client_id: 'kiosk', ...shop },
];

const service = serviceOn(embeddedStore, { rooms, relying_parties });
let browser: Browser;

beforeEach(async () => {
  await service.waitingRoom.operations.reset('sale');
  service.time.pass(2_000);
  ({ browser } = await goIn(service));
});

/** A login as a browser starts it, with fetch metadata. */
async function begin(options: LoginOptions = {}) {
  const login = await startLogin(service.issuer, options);
  return { login, answer: await browser.get(login.url, { 'Sec-Fetch-Dest': 'document' }) };
}

/** The answers to logins that a relying party starts one after the other, forgetting each at once. */
async function loop(times: number, options: LoginOptions = {}): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let i = 0; i < times; i++) answers.push((await begin(options)).answer);
  return answers;
}

const outcomes = (answers: readonly Answer[]) => answers.map((answer) => read(answer).outcome);
const SLOWED = 'You are in, one moment';
const STOPPED = 'You are in, but the site keeps sending you back';

describe('a relying party that starts logins again and again', () => {
  test('gets a page that continues by itself from the fifth in a minute, and a button from the eleventh', async () => {
    expect(outcomes(await loop(4))).toEqual(['code', 'code', 'code', 'code']);
    for (let login = 5; login <= 10; login++) {
      const slowed = await begin();
      expect([slowed.answer.status, headingOf(slowed.answer.text)]).toEqual([200, SLOWED]);
      const [, url = ''] = /^2;url=(.*)$/.exec(String(slowed.answer.headers.refresh)) ?? [];
      const passed = await browser.get(`${service.issuer}${url}`);
      await expect(slowed.login.exchange(passed.location)).resolves.toHaveProperty('id_token');
    }
    for (const _ of [11, 12]) {
      const { answer } = await begin();
      expect([answer.status, answer.headers.refresh, answer.location]).toEqual([200, undefined, '']);
      expect(headingOf(answer.text)).toBe(STOPPED);
      expect(shown(answer.text)).toContain('Allow cookies for 127.0.0.1:9');
    }
  });

  test('does not slow down a program, until it gets a button', async () => {
    for (let login = 1; login <= 10; login++) expect((await comeBack(service, browser)).outcome).toBe('code');
    expect(headingOf((await comeBack(service, browser)).answer.text)).toBe(STOPPED);
  });

  test('continues with the button, which clears the count', async () => {
    await loop(10);
    const { answer, login } = await begin();
    const [, href = ''] = /<a class="button" href="([^"]+)">Try again/.exec(answer.text) ?? [];
    const passed = await browser.get(`${service.issuer}${href.replaceAll('&amp;', '&')}`);
    await expect(login.exchange(passed.location)).resolves.toHaveProperty('id_token');
    expect(outcomes(await loop(5))).toEqual(['code', 'code', 'code', 'code', 'page']);
  });

  test('is not stopped after a minute', async () => {
    await loop(12);
    service.time.pass(61_000);
    expect(outcomes(await loop(1))).toEqual(['code']);
  });

  test('is counted apart from others, and for each redirect URI', async () => {
    await loop(12);
    expect(outcomes(await loop(1, { clientId: 'kiosk' }))).toEqual(['code']);
    const [other] = await loop(1, { redirectUri: OTHER_URI });
    expect(other?.location).toContain(`${OTHER_URI}?code=`);
    expect(outcomes(await loop(1))).toEqual(['page']);
  });

  test('is not stopped with prompt=none', async () => {
    await loop(12);
    expect(outcomes(await loop(6, { more: { prompt: 'none' } }))).toEqual(Array(6).fill('code'));
  });
});

async function openTabs(count: number): Promise<Answer[]> {
  const logins = await Promise.all(Array.from({ length: count }, () => startLogin(service.issuer)));
  return Promise.all(logins.map(async ({ url }) => goRound(browser, await browser.get(url))));
}

test('ten tabs that are opened at the same time all get a code at once', async () => {
  expect(outcomes(await openTabs(10))).toEqual(Array(10).fill('code'));
});

test('of twenty tabs, the others get a page that continues by itself', async () => {
  const answers = await openTabs(20);
  const waiting = answers.filter((answer) => read(answer).outcome === 'waits');
  expect(answers.length - waiting.length).toBe(10);
  for (const { location } of waiting) {
    const { headers, text } = await browser.get(location);
    expect(headers.refresh).toMatch(/^20;url=\/authorize\?/);
    expect(headingOf(text)).toBe('You are in, one tab at a time');
  }
  service.time.pass(60_000);
  const [, url = ''] =
    /^20;url=(.*)$/.exec(String((await browser.get(waiting[0]?.location ?? '')).headers.refresh)) ?? [];
  expect(read(await goRound(browser, await browser.get(`${service.issuer}${url}`))).outcome).toBe('code');
});

test('a login every ten seconds is not a loop', async () => {
  for (let login = 0; login < 20; login++) {
    expect(headingOf((await begin()).answer.text)).not.toBe(STOPPED);
    service.time.pass(10_000);
  }
});

test('a forged cookie counts for nothing', async () => {
  browser.cookies.set('anteroom_loop_shop', Array(20).fill(service.time.now()).join());
  expect(outcomes(await loop(1))).toEqual(['code']);
});

test('a first login, at once or after a wait, sets no loop cookie', async () => {
  expect([...browser.cookies.keys()]).not.toContain('anteroom_loop_shop');
  await service.waitingRoom.operations.raise('sale', 1);
  const other = createBrowser();
  expect(read((await comeBack(service, other)).answer).outcome).toBe('code');
  expect([...other.cookies.keys()]).not.toContain('anteroom_loop_shop');
  await comeBack(service, other);
  expect([...other.cookies.keys()]).toContain('anteroom_loop_shop');
});
