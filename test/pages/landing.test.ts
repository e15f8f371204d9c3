import { beforeEach, describe, expect, test } from 'vitest';
import type { RoomInput } from '#settings/room.ts';
import { room as roomSettings } from '#settings/room.ts';
import { createBrowser } from '#support/browser.ts';
import { serviceOn } from '#support/on-each-store.ts';
import { arrive } from '#support/relying-party.ts';
import { embeddedStore } from '#support/stores.ts';
import { headingOf, relying_parties, rooms, SALE } from '../oidc/waiting-page.ts';

const service = serviceOn(embeddedStore, { rooms, relying_parties });
const set = (more: Partial<RoomInput>) =>
  service.waitingRoom.operations.putRoom(roomSettings.parse({ ...SALE, ...more }));
const GERMAN = { 'Accept-Language': 'de' };
const PROGRAM = { Accept: 'application/json' };

describe('an address that a person types', () => {
  test('is a page at the root, in their language, and a problem for programs', async () => {
    const browser = createBrowser();
    const page = await browser.get(`${service.issuer}/`, GERMAN);
    expect([page.status, headingOf(page.text)]).toEqual([200, 'Das ist ein Warteraum']);
    expect(page.headers).toMatchObject({ vary: 'Accept', 'x-robots-tag': 'noindex' });
    for (const headers of [PROGRAM, { Accept: '*/*' }]) {
      const problem = await browser.get(`${service.issuer}/`, headers);
      expect([problem.status, problem.json().code]).toEqual([404, 'not_found']);
    }
  });

  test.each([
    ['of nothing', 'GET', '/nothing', 404, 'not_found', 'Unter dieser Adresse gibt es nichts.'],
    [
      'of another method',
      'POST',
      '/rooms/sale/draws/x',
      405,
      'method_not_allowed',
      'Diese Adresse funktioniert so nicht.',
    ],
  ])('%s has an error page, and a problem for programs', async (_, method, path, status, code, says) => {
    const browser = createBrowser();
    const ask = (headers: Record<string, string>) =>
      method === 'GET' ? browser.get(service.issuer + path, headers) : browser.post(service.issuer + path, {}, headers);
    const page = await ask(GERMAN);
    expect(page.status).toBe(status);
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.headers['x-robots-tag']).toBe('noindex');
    expect(page.text).toContain(says);
    const problem = await ask(PROGRAM);
    expect([problem.status, problem.json().code]).toEqual([status, code]);
    expect(problem.headers.allow).toBe(page.headers.allow);
  });

  test('of the admin API stays a problem in a browser', async () => {
    const answer = await createBrowser().get(`${service.issuer}/admin/v1/nothing`);
    expect([answer.status, answer.headers['content-type']]).toEqual([404, 'application/problem+json']);
  });

  test('is one that crawlers are asked to leave alone', async () => {
    const answer = await createBrowser().get(`${service.issuer}/robots.txt`);
    expect([answer.status, answer.text]).toEqual([200, 'User-agent: *\nDisallow: /\n']);
  });
});

describe('the status of the waiting page', () => {
  beforeEach(() => set({}));

  test.each([
    [200, undefined],
    [202, undefined],
    [429, /^\d+$/],
    [503, /^\d+$/],
  ] as const)('is %s where the room says so', async (status_code, retryAfter) => {
    await set({ status_code });
    const browser = createBrowser();
    const { page } = await arrive(browser, service.issuer);
    const answer = await browser.get(page);
    expect(answer.status).toBe(status_code);
    expect(answer.headers['x-robots-tag']).toBe('noindex');
    if (retryAfter) expect(answer.headers['retry-after']).toMatch(retryAfter);
    else expect(answer.headers['retry-after']).toBeUndefined();
    const facts = await browser.get(page, PROGRAM);
    expect([facts.status, facts.json().state]).toEqual([200, 'waiting']);
  });

  test('is none of the others', () => {
    expect(roomSettings.safeDecode({ ...SALE, status_code: 204 as 200 }).success).toBe(false);
  });
});
