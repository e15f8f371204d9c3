/** The tests that every example application on an OpenID Connect library passes: the tour, and its own checks. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createBrowser } from '#support/browser.ts';
import { freePort } from '#support/ports.ts';
import { startService, type TestService } from '#support/service.ts';
import { embeddedStore, type OpenedStore } from '#support/stores.ts';
import { type RunningProxy, startProgram } from './proxy.ts';
import { CLIENT_ID, LOGIN_WINDOW, type RelyingPartySetting, SECRET, tour } from './tour.ts';

export interface Shop {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

/** The environment of the applications of deploy/relying-parties. */
export const environment = ({ issuer, port, origin, tls }: RelyingPartySetting): Record<string, string> => ({
  PORT: String(port),
  BASE_URL: origin,
  ISSUER: issuer,
  CLIENT_ID,
  CLIENT_SECRET: SECRET,
  SESSION_SECRET: 'a secret of the shop that is long enough',
  LOGIN_WINDOW: String(LOGIN_WINDOW),
  ...(tls && trusting(tls.caFile)),
});

/** Whom Node, Go, and Python with requests trust. */
const trusting = (caFile: string) => ({
  NODE_EXTRA_CA_CERTS: caFile,
  SSL_CERT_FILE: caFile,
  REQUESTS_CA_BUNDLE: caFile,
});

/** For applications of deploy/relying-parties, which all have the same environment and paths. */
export function tourOfShop({ name, command, args }: Shop, missing?: string): void {
  const start = (setting: RelyingPartySetting): Promise<RunningProxy> =>
    startProgram(command, args, setting.port, environment(setting));

  tour(
    {
      name,
      profile: 'generic',
      callback: '/callback',
      logout: (origin) => `${origin}/logout`,
      postLogout: (origin) => `${origin}/bye`,
      endsLogins: true,
      start,
    },
    missing,
  );

  describe.skipIf(missing !== undefined)(`${name}, the application${missing ? ` (skipped: ${missing})` : ''}`, () => {
    let opened: OpenedStore;
    let service: TestService;
    let shop: RunningProxy;
    let origin: string;

    beforeAll(async () => {
      opened = await embeddedStore();
      const port = await freePort();
      origin = `http://127.0.0.1:${port}`;
      service = await startService({
        store: opened.store,
        rooms: [{ id: 'sale', title: 'Sale', mode: 'passthrough' }],
        relying_parties: [
          { client_id: CLIENT_ID, client_secret: SECRET, room: 'sale', redirect_uris: [`${origin}/callback`] },
        ],
      });
      shop = await start({ issuer: service.issuer, port, origin });
    });
    afterAll(async () => {
      await shop?.close();
      await service?.close();
      await opened?.close();
    });

    /** Stops before the callback, so the application has not seen the answer. */
    async function callbackOf(browser = createBrowser()): Promise<string> {
      const { location } = await browser.get(`${origin}/tickets`);
      const answer = await browser.follow(location, service.issuer);
      expect(answer.location).toMatch(`${origin}/callback?code=`);
      return answer.location;
    }

    test('redirects to the requested page, and nowhere else', async () => {
      const browser = createBrowser();
      expect(await browser.follow(`${origin}/a%20b?c=d%26e&f=`)).toMatchObject({
        status: 200,
        url: `${origin}/a%20b?c=d%26e&f=`,
      });
      const stranger = await createBrowser().get(`${origin}//elsewhere.example/x`);
      const target = new URL(stranger.location).searchParams.get('target_link_uri') ?? stranger.location;
      expect(new URL(target).origin).toBe(origin);
    });

    test('hides its cookies from scripts and from other sites', async () => {
      const browser = createBrowser();
      const callback = await callbackOf(browser);
      const begun = await browser.get(`${origin}/other`);
      const ended = await browser.get(callback);
      const lines = [begun, ended].flatMap(({ headers }) => headers['set-cookie'] ?? []);
      expect(lines.length).toBeGreaterThan(1);
      for (const line of lines) {
        expect(line).toMatch(/;\s*HttpOnly/i);
        expect(line).toMatch(/;\s*SameSite=Lax/i);
      }
    });

    test('does not accept an unfinished login as a session', async () => {
      const browser = createBrowser();
      await callbackOf(browser);
      const begun = [...browser.cookies].filter(([name]) => name.startsWith('login_'));
      expect(begun).toHaveLength(1);
      for (const [, value] of begun) {
        const answer = await createBrowser().get(`${origin}/tickets`, { Cookie: `session=${value}` });
        expect(answer.location).toContain(`${service.issuer}/authorize?`);
      }
    });

    test('accepts a code only from the browser that started the login', async () => {
      const answer = await createBrowser().get(await callbackOf());
      expect([answer.status, answer.location]).toEqual([400, '']);
      expect(answer.text).toContain('href="/"');
    });

    test("answers a script's request with 401", async () => {
      const answer = await createBrowser().get(`${origin}/tickets`, { 'Sec-Fetch-Mode': 'cors' });
      expect(answer.status).toBe(401);
      expect(answer.headers['set-cookie']).toBeUndefined();
    });
  });
}
