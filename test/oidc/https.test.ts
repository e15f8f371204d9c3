import { describe, expect, test } from 'vitest';
import { createCookieSigner } from '#oidc/cookie-signer.ts';
import { createBrowser } from '#support/browser.ts';
import { serviceOn } from '#support/on-each-store.ts';
import { REDIRECT_URI } from '#support/relying-party.ts';
import { COOKIE_KEYS } from '#support/service.ts';
import { embeddedStore } from '#support/stores.ts';
import { createSeal } from '#waiting-room/seal.ts';
import { relying_parties, rooms } from './visit.ts';

const ISSUER = 'https://wait.example';
const LONG = 'x'.repeat(6_500);

describe('behind a proxy that terminates TLS', () => {
  const service = serviceOn(embeddedStore, { rooms, relying_parties, issuer: ISSUER });

  const query = (more: Record<string, string> = {}) =>
    new URLSearchParams({
      client_id: 'shop',
      response_type: 'code',
      scope: 'openid',
      redirect_uri: REDIRECT_URI,
      ...more,
    });
  /** Maps a public URL to the service's own, as the proxy does. */
  const here = (location: string) => location.replace(ISSUER, service.listensOn);

  /** All Set-Cookie values of a visit from the first request to the code. */
  async function visit(more: Record<string, string> = {}, headers: Record<string, string> = {}) {
    await service.waitingRoom.operations.reset('sale');
    const browser = createBrowser();
    const set: string[] = [];
    const ask = async (method: 'get' | 'post', url: string) => {
      const answer = method === 'get' ? await browser.get(url, headers) : await browser.post(url, {}, headers);
      set.push(...(answer.headers['set-cookie'] ?? []));
      return answer;
    };
    const waiting = await ask('get', `${service.listensOn}/authorize?${query(more)}`);
    await service.waitingRoom.operations.raise('sale', 1);
    const claimed = await ask('post', waiting.location);
    const locations = [claimed.location];
    const back = await ask('get', here(claimed.location));
    return { set, locations, back };
  }

  test('every cookie is Secure, HttpOnly and SameSite=Lax, and ours are host-only by name', async () => {
    const { set, back } = await visit();
    expect(back.location).toContain('code=');
    const names = set.map((cookie) => cookie.slice(0, cookie.indexOf('=')));
    expect(new Set(names)).toEqual(
      new Set([
        '__Host-anteroom_visitor',
        '__Host-anteroom_ticket_sale',
        '__Host-anteroom_inside_sale',
        '__Host-anteroom_answered_shop',
        '__Host-anteroom_session',
        '__Host-anteroom_session.sig',
      ]),
    );
    for (const cookie of set) {
      expect(cookie).toMatch(/; secure/i);
      expect(cookie).toMatch(/; httponly/i);
      expect(cookie).toMatch(/; samesite=lax/i);
      expect(cookie).not.toMatch(/; domain=/i);
    }
    for (const cookie of set.filter((each) => each.startsWith('__Host-'))) expect(cookie).toMatch(/; path=\/(;|$)/i);
  });

  test('a stored request resumes at the public address, whatever headers the proxy sends', async () => {
    const forged = { Host: 'evil.example', 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Proto': 'http' };
    const { set, locations, back } = await visit({ login_hint: LONG }, forged);
    expect(locations[0]).toMatch(`${ISSUER}/authorize/`);
    expect(back.location).toContain('code=');
    for (const cookie of set) expect(cookie).toMatch(/^__Host-[^;]*;.*path=\/(;|$)/i);
  });

  test('a session and a stored request of an earlier version are still read', async () => {
    await service.waitingRoom.operations.reset('sale');
    const browser = createBrowser();
    const authorize = (more: Record<string, string>) =>
      browser.get(`${service.listensOn}/authorize?${query({ ...more, state: 'x' })}`);
    const waiting = await authorize({ login_hint: LONG });
    const id = new URL(waiting.location).searchParams.get('anteroom_interaction') ?? '';
    expect(browser.cookies.delete(`__Host-anteroom_resume_${id}`)).toBe(true);
    browser.cookies.set(`anteroom_resume /authorize/${id}`, id);
    await service.waitingRoom.operations.raise('sale', 1);
    const claimed = await browser.post(waiting.location);
    expect((await browser.get(here(claimed.location))).location).toContain('code=');

    const value = browser.cookies.get('__Host-anteroom_session') ?? '';
    browser.cookies.clear();
    const signer = createCookieSigner(createSeal(COOKIE_KEYS));
    browser.cookies.set('anteroom_session', value);
    browser.cookies.set('anteroom_session.sig', 'forged');
    expect((await authorize({ prompt: 'none' })).location).toContain('error=login_required');
    browser.cookies.set('anteroom_session.sig', signer.sign(`anteroom_session=${value}`));
    expect((await authorize({ prompt: 'none' })).location).toContain('code=');
  });

  test('browsers get HSTS', async () => {
    const { headers } = await createBrowser().get(`${service.listensOn}/authorize?${query()}`);
    expect(headers['strict-transport-security']).toMatch(/max-age=\d+/);
  });

  test('the issuer of codes and of discovery is the public address', async () => {
    const { back } = await visit();
    expect(new URL(back.location).searchParams.get('iss')).toBe(ISSUER);
    const document = await fetch(`${service.listensOn}/.well-known/openid-configuration`);
    expect(await document.json()).toMatchObject({ issuer: ISSUER, token_endpoint: `${ISSUER}/token` });
  });
});
