/** Two tabs served at once, at relying parties that keep one login per browser, in every order of their requests. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, type Browser, createBrowser } from '#support/browser.ts';
import { freePort } from '#support/ports.ts';
import { startService, type TestService } from '#support/service.ts';
import { embeddedStore, type OpenedStore } from '#support/stores.ts';
import { createTime } from '#support/time.ts';
import { startAlb } from './stand-ins/alb.ts';
import { startOauth2Proxy } from './stand-ins/oauth2-proxy.ts';
import { CLIENT_ID, type RelyingPartySetting, type RunningRelyingParty, SECRET } from './tour.ts';

const client = { id: CLIENT_ID, secret: SECRET };
const alb = (at: RelyingPartySetting) => startAlb({ ...at, client, loginTimeout: 900, sessionTimeout: 600 });
const oauth2Proxy = (at: RelyingPartySetting) =>
  startOauth2Proxy({ ...at, client, cookieCsrfExpire: 900, cookieExpire: 600, encodeState: false });

/** Orders of requests of the older (o) and newer (n) tab: all with three runs of one tab. */
function* orders(): Iterable<string> {
  for (let first = 0; first < 5; first++) {
    for (let then = 1; then < 6; then++) {
      for (let last = 0; last < 4; last++) {
        yield 'o'.repeat(first) + 'n'.repeat(then) + 'o'.repeat(last);
      }
    }
  }
}

/** A tab that sends one request at a time, as its script does. */
interface Tab {
  /** The next request; null at the end. */
  next: { readonly url: string; readonly claims: boolean } | null;
  /** Seconds after which the page loads again by itself. */
  later: number;
  answer?: Answer;
}

describe.each([
  ['AWS ALB (a stand-in)', 'alb', '/oauth2/idpresponse', alb],
  ['oauth2-proxy (a stand-in)', 'oauth2-proxy', '/oauth2/callback', oauth2Proxy],
] as const)('of two tabs at %s', (_name, profile, callback, start) => {
  const time = createTime();
  let opened: OpenedStore;
  let service: TestService;
  let relyingParty: RunningRelyingParty;
  let origin: string;

  beforeAll(async () => {
    opened = await embeddedStore(time.now);
    const port = await freePort();
    origin = `http://127.0.0.1:${port}`;
    const party = { client_id: CLIENT_ID, client_secret: SECRET, room: 'sale', profile };
    service = await startService({
      store: opened.store,
      time,
      rooms: [{ id: 'sale' }],
      relying_parties: [{ ...party, redirect_uris: [`${origin}${callback}`], landing_url: `${origin}/start` }],
    });
    relyingParty = await start({ issuer: service.issuer, port, origin });
  });
  afterAll(async () => {
    await relyingParty?.close();
    await service?.close();
    await opened?.close();
  });

  async function waitingTab(browser: Browser, path: string): Promise<Tab> {
    const { url } = await browser.follow(`${origin}${path}`);
    time.pass(1000);
    return { next: { url, claims: true }, later: 0 };
  }

  async function step(browser: Browser, tab: Tab): Promise<void> {
    const { url, claims } = tab.next ?? { url: '', claims: false };
    const answer = await (claims ? browser.post(url) : browser.get(url));
    tab.answer = answer;
    const [, seconds = '0', path = ''] = /^(\d+);url=(.*)$/.exec(String(answer.headers.refresh)) ?? [];
    tab.later = Number(seconds);
    if (path) tab.next = { url: `${service.issuer}${path}`, claims: false };
    else if (answer.location) tab.next = { url: answer.location, claims: false };
    else tab.next = answer.text.includes('data-state="served"') ? { url, claims: true } : null;
  }

  /** Runs both tabs in this order. A tab that pauses does so until the other one is done. */
  async function goIn(order: string): Promise<string[]> {
    await service.waitingRoom.operations.reset('sale');
    time.pass(70_000);
    const browser = createBrowser();
    const older = await waitingTab(browser, '/first');
    const newer = await waitingTab(browser, '/second');
    await service.waitingRoom.operations.raise('sale', 1);
    const tabs = [older, newer];
    for (const letter of order) {
      const tab = letter === 'o' ? older : newer;
      if (tab.next && tab.later === 0) await step(browser, tab);
    }
    for (let rounds = 0; tabs.some(({ next }) => next) && rounds < 40; rounds++) {
      const ready = tabs.filter(({ next, later }) => next && later === 0);
      if (ready.length === 0) time.pass(1000 * Math.max(...tabs.map(({ later }) => later)));
      for (const tab of ready.length > 0 ? ready : tabs.filter(({ next }) => next)) await step(browser, tab);
    }
    return tabs.map(({ answer }) => `${answer?.status} ${answer?.text.slice(0, 6)}`);
  }

  test('both get the site, in every order of their requests', async () => {
    const ends = new Map<string, string[]>();
    for (const order of orders()) ends.set(order, await goIn(order));
    const failed = [...ends].filter(([, tabs]) => tabs.join() !== '200 inside,200 inside');
    expect(failed).toEqual([]);
  }, 60_000);
});
