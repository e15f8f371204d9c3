import { beforeEach, expect, test } from 'vitest';
import { type Browser, createBrowser } from '#support/browser.ts';
import { onEachStore } from '#support/on-each-store.ts';
import { arrive, type Login, REDIRECT_URI, SECRET, startLogin } from '#support/relying-party.ts';
import { ADMIN_TOKEN } from '#support/service.ts';

const MINUTE = 60_000;
const rooms = [{ id: 'sale', admission: { lifetime: '10m' } }];
const relying_parties = [{ client_id: 'shop', client_secret: SECRET, room: 'sale', redirect_uris: [REDIRECT_URI] }];

onEachStore('admission.renew', { rooms, relying_parties }, (service) => {
  let browser: Browser;

  beforeEach(async () => {
    await service.waitingRoom.operations.reset('sale');
    await setRenew(false);
    browser = createBrowser();
    await arrive(browser, service.issuer);
    await service.waitingRoom.operations.raise('sale', 1);
  });

  async function setRenew(renew: boolean): Promise<void> {
    const answer = await fetch(`${service.issuer}/admin/v1/rooms/sale`, {
      method: 'PATCH',
      headers: { Authorization: `Bearer ${ADMIN_TOKEN}`, 'Content-Type': 'application/merge-patch+json' },
      body: JSON.stringify({ admission: { renew } }),
    });
    expect(answer.status).toBe(200);
  }

  async function comeBack(): Promise<{ login: Login; callback: string }> {
    const login = await startLogin(service.issuer);
    return { login, callback: (await browser.get(login.url)).location };
  }

  /** The `expires_in` of a login in seconds, or null if the visitor has to wait. */
  async function secondsGiven(): Promise<number | null> {
    const { login, callback } = await comeBack();
    return callback.startsWith(REDIRECT_URI) ? ((await login.exchange(callback)).expires_in ?? null) : null;
  }

  test('keeps a returning visitor inside: each return starts the lifetime again, with new tokens', async () => {
    await setRenew(true);
    expect(await secondsGiven()).toBeGreaterThan(595);
    for (let n = 0; n < 4; n++) {
      service.time.pass(6 * MINUTE);
      expect(await secondsGiven()).toBeGreaterThan(595);
    }
    expect(await service.waitingRoom.operations.counters('sale')).toMatchObject({ claimed: 1, active: 1, queue: 1 });
    // Without a return the admission expires.
    service.time.pass(10 * MINUTE + 1000);
    expect(await secondsGiven()).toBeNull();
    expect(await service.waitingRoom.operations.counters('sale')).toMatchObject({ active: 0, queue: 2 });
  });

  test('is off by default: a return gets the rest of the lifetime, and after that a place in line', async () => {
    await secondsGiven();
    service.time.pass(6 * MINUTE);
    const left = await secondsGiven();
    expect(left).toBeGreaterThan(235);
    expect(left).toBeLessThanOrEqual(240);
    service.time.pass(6 * MINUTE);
    expect(await secondsGiven()).toBeNull();
  });
});
