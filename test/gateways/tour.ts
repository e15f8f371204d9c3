/**
 * The tests that every relying party passes: a visit, claims at the same time, a wait past the login window, the
 * admission's end, two tabs. All requests are https, and Anteroom is a process of its own on Redis.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Answer, type Browser, createBrowser } from '#support/browser.ts';
import { type Authority, type Certificate, createAuthority, type Tls } from '#support/certificates.ts';
import { freePort } from '#support/ports.ts';
import { startTlsTerminator, type TlsTerminator } from '#support/tls-terminator.ts';
import { startTourAnteroom, type TourAnteroom } from './anteroom.ts';

export const CLIENT_ID = 'shop';
export const SECRET = 'change-me-to-something-longer-than-this';
/** The relying party's and Anteroom's login window in seconds, short enough for a test to wait longer. */
export const LOGIN_WINDOW = 3;
/** The lifetime in seconds of an admission that a test lets expire. */
export const LIFETIME = 6;
const CROWD = 100;
/** How many of the crowd come, or claim, at the same time. */
const AT_ONCE = 10;
const HOST = '127.0.0.1';

export interface RelyingPartySetting {
  readonly issuer: string;
  /** What it listens on. */
  readonly port: number;
  /** What browsers use. */
  readonly origin: string;
  /** For https: whom it has to trust, and its own certificate. */
  readonly tls?: Tls;
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
  /** Whether it ends a login with the login window itself, and answers 400. */
  readonly endsLogins?: boolean;
  /** Where Anteroom is on the relying party's own host, such as `/line`. Without it, Anteroom has a host of its own. */
  readonly anteroomPath?: string;
  /** Whether it ends TLS itself. Otherwise a load balancer does in front of it. */
  readonly endsTls?: boolean;
  /** @param anteroom the port that Anteroom listens on. */
  readonly start: (setting: RelyingPartySetting, anteroom: number) => Promise<RunningRelyingParty>;
  /** Its back-channel logout endpoint, and how it starts with one. */
  readonly backchannel?: {
    readonly path: string;
    readonly start: (setting: RelyingPartySetting) => Promise<RunningRelyingParty>;
  };
}

/** Whether the site answered. The waiting page may contain the word too. */
const isInside = ({ status, text }: Answer) => status === 200 && /^inside\b/.test(text);

const PAGE = '/tickets/opera?day=2&row=a%20b';

/** @param missing why the relying party cannot run on this machine. */
export function tour(kind: RelyingPartyKind, missing?: string): void {
  const title = missing ? `${kind.name} (skipped: ${missing})` : kind.name;
  describe.skipIf(missing !== undefined)(title, () => {
    let authority: Authority;
    let certificate: Certificate;
    let loadBalancer: TlsTerminator | undefined;
    let anteroom: TourAnteroom;
    let relyingParty: RunningRelyingParty;
    let setting: RelyingPartySetting;
    let origin: string;

    beforeAll(async () => {
      authority = await createAuthority();
      await authority.trustHere();
      certificate = await authority.issue(HOST);
      const port = await freePort();
      loadBalancer = kind.endsTls ? undefined : await startTlsTerminator(certificate, port);
      origin = loadBalancer?.url ?? `https://${HOST}:${port}`;
      anteroom = await startTourAnteroom({
        authority,
        certificate,
        ...(kind.anteroomPath && { issuer: origin + kind.anteroomPath }),
        relyingParty: {
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
      });
      const tls = { caFile: authority.caFile, certificate };
      setting = { issuer: anteroom.issuer, port, origin, tls };
      relyingParty = await kind.start(setting, anteroom.port);
    });
    afterAll(async () => {
      await relyingParty?.close();
      await anteroom?.close();
      await loadBalancer?.close();
      await authority?.remove();
    });

    let visitors = 0;
    /** A browser with an address of its own, as the load balancer sees it: Anteroom limits the joins of one address. */
    const newVisitor = (onAnswer?: (answer: Answer) => void) => createBrowser(onAnswer, `127.0.${++visitors}.1`);

    const afterWait = () => (kind.landing ? `${origin}${kind.landing}` : `${origin}${PAGE}`);

    /** Requests a page of the site; the waiting page's URL. */
    async function come(browser: Browser, path = PAGE): Promise<string> {
      const answer = await browser.follow(`${origin}${path}`);
      expect(answer.url, `${answer.status} ${answer.text}`).toContain(`${anteroom.issuer}/rooms/sale/wait?`);
      return answer.url;
    }

    /** Claims the turn and follows all redirects. */
    async function claim(browser: Browser, page: string) {
      const { location } = await browser.post(page);
      return browser.follow(location);
    }

    async function serveAll(): Promise<void> {
      const { queue, serving } = await anteroom.counters();
      await anteroom.raise(queue - serving);
    }

    let served = Promise.resolve();
    /** Serves every visitor in line, and leaves no credits: tests at the same time do so one after the other. */
    function letIn(): Promise<void> {
      served = served.then(serveAll);
      return served;
    }

    /** A visitor who claims the turn and does not return to the relying party yet; its URL with the code. */
    async function claimWithoutReturn() {
      const browser = newVisitor();
      const page = await come(browser);
      await letIn();
      const { location } = await browser.post(page);
      const { location: callback } = await browser.follow(location, anteroom.issuer);
      expect(callback).toMatch(`${origin}${kind.callback}?`);
      return { browser, callback };
    }

    test('holds a visitor in line, admits them to the requested page, and logs them out', async () => {
      await anteroom.reset();
      const cookies: string[] = [];
      const browser = newVisitor(({ headers }) => void cookies.push(...(headers['set-cookie'] ?? [])));
      const page = await come(browser);
      await letIn();
      const inside = await claim(browser, page);
      expect([inside.status, inside.url]).toEqual([200, `${origin}${PAGE}`]);
      expect(isInside(inside)).toBe(true);
      expect(await browser.follow(`${origin}/other`)).toMatchObject({ status: 200, url: `${origin}/other` });

      const leaving = await browser.follow(kind.logout(origin, anteroom.issuer));
      expect(leaving.url).toContain(`${anteroom.issuer}/end-session?`);
      const [, xsrf = ''] = /name="xsrf" value="([^"]+)"/.exec(leaving.text) ?? [];
      const left = await browser.post(`${anteroom.issuer}/end-session/confirm`, { xsrf, logout: 'yes' });
      expect(left.location, leaving.url).toMatch(kind.postLogout(origin));
      expect(await anteroom.counters()).toMatchObject({ completed: 1, active: 0 });
      await come(browser);
      expect(cookies.filter((cookie) => !/; *secure|=(?:deleted)?;/i.test(cookie))).toEqual([]);
    });

    test('admits the visitors of one raise who claim at the same time, and no more than the size', async () => {
      await anteroom.reset();
      await anteroom.configure({ inlet: { size: 2 } });
      onTestFinished(() => anteroom.configure({ inlet: { size: null } }));
      const visitors = [newVisitor(), newVisitor(), newVisitor()];
      const pages: string[] = [];
      for (const browser of visitors) pages.push(await come(browser));
      // A room with a size passes over visitors who are not present yet: heartbeats are written once a second.
      await expect.poll(async () => (await anteroom.counters()).present, { timeout: 5000 }).toBe(3);
      expect(await anteroom.raise(3)).toMatchObject({ raised_by: 2, serving: 2 });
      const ends = await Promise.all(visitors.map((browser, index) => claim(browser, pages[index] ?? '')));
      const seen = ends.map((end) => [end.url === origin + PAGE, isInside(end)]);
      expect(seen).toEqual([
        [true, true],
        [true, true],
        [false, false],
      ]);
      expect(await anteroom.counters()).toMatchObject({ queue: 3, serving: 2, claimed: 2, active: 2 });
    });

    // On one host, the gateway's and Anteroom's certificate are the same.
    if (!kind.anteroomPath) {
      test('admits nobody when its request for tokens reaches another host', async () => {
        const { browser, callback } = await claimWithoutReturn();
        await anteroom.terminator?.present(await authority.issue('other.example'));
        const refused = await browser.follow(callback, origin);
        await anteroom.terminator?.present(certificate);
        expect(isInside(refused)).toBe(false);
        expect(isInside(await browser.follow(`${origin}/other`))).toBe(true);
      });
    }

    // At the same time: most of it is waiting.
    describe.concurrent('in real time', () => {
      beforeAll(() => anteroom.configure({ admission: { lifetime: `${LIFETIME}s` } }));
      afterAll(() => anteroom.configure({ admission: { lifetime: null } }));

      test(`admits ${CROWD} of ${CROWD} visitors who waited longer than its login window`, async () => {
        const browsers = Array.from({ length: CROWD }, () => newVisitor());
        const crowd = await someAtOnce(browsers, async (browser) => ({ browser, page: await come(browser) }));
        await delay((LOGIN_WINDOW + 1) * 1000);
        if (kind.session) {
          for (const { browser } of crowd) expect(browser.cookies.delete(kind.session)).toBe(true);
        }
        await letIn();
        const ends = await someAtOnce(crowd, async ({ browser, page }) => {
          const began = performance.now();
          const end = await claim(browser, page);
          return { at: `${end.url} ${isInside(end)}`, took: performance.now() - began };
        });
        expect(new Set(ends.map(({ at }) => at))).toEqual(new Set([`${afterWait()} true`]));
        const times = ends.map(({ took }) => took).sort((a, b) => a - b);
        expect(times[CROWD / 2]).toBeLessThan(1000);
      });

      test('sends a visitor whose admission expired back into line', async () => {
        const browser = newVisitor();
        const page = await come(browser);
        await letIn();
        expect(isInside(await claim(browser, page))).toBe(true);
        expect(isInside(await browser.follow(`${origin}/other`))).toBe(true);
        await delay((LIFETIME + 1) * 1000);
        await come(browser, '/other');
      });

      if (kind.endsLogins) {
        test('ends a login with the login window, even if the browser keeps the cookie', async () => {
          const { browser, callback } = await claimWithoutReturn();
          const kept = [...browser.cookies].map(([key, value]) => `${key.split(' ')[0]}=${value}`).join('; ');
          await delay((LOGIN_WINDOW + 1) * 1000);
          expect((await browser.get(callback, { Cookie: kept })).status).toBe(400);
        });
      }
    });

    test('admits both of two tabs', async () => {
      const browser = newVisitor();
      const pages = [await come(browser, '/first'), await come(browser, '/second')];
      await letIn();
      for (const [index, path] of ['/first', '/second'].entries()) {
        const end = await claim(browser, pages[index] ?? '');
        expect(isInside(end)).toBe(true);
        if (!kind.landing) expect(end.url).toBe(`${origin}${path}`);
      }
    });

    const { backchannel } = kind;
    if (!backchannel) return;
    test('ends the session of a visitor whose admission the site ended', async () => {
      await relyingParty.close();
      relyingParty = await backchannel.start(setting);
      const [leaving, staying] = [newVisitor(), newVisitor()];
      for (const browser of [leaving, staying]) {
        const page = await come(browser);
        await letIn();
        expect(isInside(await claim(browser, page))).toBe(true);
      }
      const [first = ''] = anteroom.claimed().slice(-2);
      await anteroom.reportExit(first);
      await expect.poll(async () => (await leaving.follow(`${origin}/other`)).url).toContain('/rooms/sale/wait?');
      expect(isInside(await staying.follow(`${origin}/other`))).toBe(true);
    });
  });
}

/** Handles all of them, AT_ONCE at a time. */
async function someAtOnce<T, R>(all: readonly T[], handle: (one: T) => Promise<R>): Promise<R[]> {
  const waiting = [...all];
  const results: R[] = [];
  const handleInTurn = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) results.push(await handle(next));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, handleInTurn));
  return results;
}
