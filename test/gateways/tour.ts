/** The tests that every relying party passes: a visit, a wait past the login window, the admission's end, two tabs. */

import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Browser, createBrowser } from '#support/browser.ts';
import { freePort } from '#support/ports.ts';
import { startService, type TestService } from '#support/service.ts';
import { embeddedStore, type OpenedStore } from '#support/stores.ts';

export const CLIENT_ID = 'shop';
export const SECRET = 'change-me-to-something-longer-than-this';
/** The relying party's and Anteroom's login window in seconds, short enough for a test to wait longer. */
export const LOGIN_WINDOW = 3;
/** The lifetime in seconds of an admission that a test lets expire. */
export const LIFETIME = 6;
const CROWD = 100;

export interface RelyingPartySetting {
  readonly issuer: string;
  readonly port: number;
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string;
}

export interface RunningRelyingParty {
  close(): Promise<void>;
}

export interface RelyingPartyKind {
  readonly name: string;
  readonly profile: string;
  readonly callback: string;
  /** Where a visitor logs out. */
  readonly logout: (origin: string, issuer: string) => string;
  readonly postLogout: (origin: string) => string;
  /** Where a login restarts after a wait past the window, if not at the requested page. */
  readonly landing?: string;
  /** The cookie that holds its login, if its window cannot be as short as the test's: the test then deletes it. */
  readonly session?: string;
  /** Where Anteroom is on the relying party's own host, such as `/line`. Without it, Anteroom has a host of its own. */
  readonly anteroomPath?: string;
  /** @param anteroom the port that Anteroom listens on. */
  readonly start: (setting: RelyingPartySetting, anteroom: number) => Promise<RunningRelyingParty>;
  /** Its back-channel logout endpoint, and how it starts with one. */
  readonly backchannel?: {
    readonly path: string;
    readonly start: (setting: RelyingPartySetting) => Promise<RunningRelyingParty>;
  };
}

const PAGE = '/tickets/opera?day=2&row=a%20b';

/** @param missing why the relying party cannot run on this machine. */
export function tour(kind: RelyingPartyKind, missing?: string): void {
  const title = missing ? `${kind.name} (skipped: ${missing})` : kind.name;
  describe.skipIf(missing !== undefined)(title, () => {
    let opened: OpenedStore;
    let service: TestService;
    let relyingParty: RunningRelyingParty;
    let setting: RelyingPartySetting;
    let origin: string;

    beforeAll(async () => {
      opened = await embeddedStore();
      const port = await freePort();
      origin = `http://127.0.0.1:${port}`;
      service = await startService({
        store: opened.store,
        ...(kind.anteroomPath && { issuer: origin + kind.anteroomPath }),
        rooms: [{ id: 'sale', title: 'Sale' }],
        relying_parties: [
          {
            client_id: CLIENT_ID,
            client_secret: SECRET,
            room: 'sale',
            profile: kind.profile,
            redirect_uris: [`${origin}${kind.callback}`],
            post_logout_redirect_uris: [kind.postLogout(origin)],
            login_window: `${LOGIN_WINDOW}s`,
            ...(kind.backchannel && { backchannel_logout_uri: `${origin}${kind.backchannel.path}` }),
            ...(kind.landing && { landing_url: `${origin}${kind.landing}` }),
          },
        ],
      });
      setting = { issuer: service.issuer, port, origin };
      relyingParty = await kind.start(setting, Number(new URL(service.listensOn).port));
    });
    afterAll(async () => {
      await relyingParty?.close();
      await service?.close();
      await opened?.close();
    });

    const operations = () => service.waitingRoom.operations;
    const afterWait = () => (kind.landing ? `${origin}${kind.landing}` : `${origin}${PAGE}`);

    /** Requests a page of the site; the waiting page's URL. */
    async function come(browser: Browser, path = PAGE): Promise<string> {
      const answer = await browser.follow(`${origin}${path}`);
      expect(answer.url, `${answer.status} ${answer.text}`).toContain(`${service.issuer}/rooms/sale/wait?`);
      return answer.url;
    }

    /** Claims the turn and follows all redirects. */
    async function claim(browser: Browser, page: string) {
      const { location } = await browser.post(page);
      return browser.follow(location);
    }

    /** Serves every visitor in line, and leaves no credits. */
    async function letIn(lifetime = '10m'): Promise<void> {
      const room = await operations().room('sale');
      await operations().putRoom({ ...room, admission: { ...room.admission, lifetime: seconds(lifetime) } });
      const { queue, serving } = await operations().counters('sale');
      await operations().raise('sale', queue - serving);
    }

    test('holds a visitor in line, admits them to the requested page, and logs them out', async () => {
      const browser = createBrowser();
      const page = await come(browser);
      await letIn();
      const inside = await claim(browser, page);
      expect([inside.status, inside.url]).toEqual([200, `${origin}${PAGE}`]);
      expect(inside.text).toContain('inside');
      expect(await browser.follow(`${origin}/other`)).toMatchObject({ status: 200, url: `${origin}/other` });

      const leaving = await browser.follow(kind.logout(origin, service.issuer));
      expect(leaving.url).toContain(`${service.issuer}/end-session?`);
      const [, xsrf = ''] = /name="xsrf" value="([^"]+)"/.exec(leaving.text) ?? [];
      const left = await browser.post(`${service.issuer}/end-session/confirm`, { xsrf, logout: 'yes' });
      expect(left.location, leaving.url).toMatch(kind.postLogout(origin));
      expect(await operations().counters('sale')).toMatchObject({ completed: 1, active: 0 });
      await come(browser);
    });

    test(`admits ${CROWD} of ${CROWD} visitors who waited longer than its login window`, async () => {
      const crowd = await Promise.all(
        Array.from({ length: CROWD }, async () => {
          const browser = createBrowser();
          return { browser, page: await come(browser) };
        }),
      );
      await delay((LOGIN_WINDOW + 1) * 1000);
      if (kind.session) {
        for (const { browser } of crowd) expect(browser.cookies.delete(kind.session)).toBe(true);
      }
      await letIn();
      const ends: string[] = [];
      const took: number[] = [];
      for (const { browser, page } of crowd) {
        const began = performance.now();
        const { status, url, text } = await claim(browser, page);
        took.push(performance.now() - began);
        ends.push(`${status} ${url} ${text.includes('inside')}`);
      }
      expect(new Set(ends)).toEqual(new Set([`200 ${afterWait()} true`]));
      expect(took.sort((a, b) => a - b)[CROWD / 2]).toBeLessThan(1000);
    });

    test('sends a visitor whose admission expired back into line', async () => {
      const browser = createBrowser();
      const page = await come(browser);
      await letIn(`${LIFETIME}s`);
      expect((await claim(browser, page)).status).toBe(200);
      expect((await browser.follow(`${origin}/other`)).status).toBe(200);
      await delay((LIFETIME + 1) * 1000);
      await come(browser, '/other');
    });

    test('admits both of two tabs', async () => {
      const browser = createBrowser();
      const pages = [await come(browser, '/first'), await come(browser, '/second')];
      await letIn();
      for (const [index, path] of ['/first', '/second'].entries()) {
        const { status, url, text } = await claim(browser, pages[index] ?? '');
        expect([status, text.includes('inside')]).toEqual([200, true]);
        if (!kind.landing) expect(url).toBe(`${origin}${path}`);
      }
    });

    const { backchannel } = kind;
    if (!backchannel) return;
    test('ends the session of a visitor whose admission the site ended', async () => {
      await relyingParty.close();
      relyingParty = await backchannel.start(setting);
      const [leaving, staying] = [createBrowser(), createBrowser()];
      for (const browser of [leaving, staying]) {
        const page = await come(browser);
        await letIn();
        expect((await claim(browser, page)).text).toContain('inside');
      }
      const [first] = service.told.flatMap((fact) => (fact.type === 'ticket.claimed' ? [fact.sub] : [])).slice(-2);
      await operations().exits('sale', { exited: 0, completed: [first ?? ''], abandoned: [] });
      await service.sendLogouts();
      expect((await staying.follow(`${origin}/other`)).text).toContain('inside');
      await come(leaving, '/other');
    });
  });
}

const seconds = (duration: string) => (duration.endsWith('m') ? 60_000 : 1000) * Number.parseInt(duration, 10);
