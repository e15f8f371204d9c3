import { describe, expect, test } from 'vitest';
import { createBrowser } from '#support/browser.ts';
import { serviceOn } from '#support/on-each-store.ts';
import { REDIRECT_URI, SECRET } from '#support/relying-party.ts';
import { embeddedStore } from '#support/stores.ts';
import { relying_parties, rooms } from './visit.ts';

const ISSUER = 'https://wait.example';

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
        '__Host-anteroom_serial_sale',
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

  test('a pushed request stays at the public address, whatever headers the proxy sends', async () => {
    const forged = { Host: 'evil.example', 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Proto': 'http' };
    const form = new URLSearchParams({ ...Object.fromEntries(query()), client_secret: SECRET });
    const answer = await fetch(`${service.listensOn}/par`, { method: 'POST', body: form });
    const { request_uri } = (await answer.json()) as { request_uri: string };
    const { set, locations, back } = await visit({ request_uri }, forged);
    expect(locations[0]).toContain('/authorize?');
    expect(locations[0]).not.toContain('evil');
    expect(back.location).toContain('code=');
    for (const cookie of set) expect(cookie).toMatch(/^__Host-[^;]*;.*path=\/(;|$)/i);
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
