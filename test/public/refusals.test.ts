/** Why nobody joins: the page says it in the visitor's language, at each door that has pages. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { beforeEach, describe, expect, test } from 'vitest';
import { room as roomSettings } from '#settings/room.ts';
import { createBrowser } from '#support/browser.ts';
import { enterWith } from '#support/enter.ts';
import { serviceOn } from '#support/on-each-store.ts';
import { REDIRECT_URI, SECRET, startLogin } from '#support/relying-party.ts';
import { embeddedStore } from '#support/stores.ts';
import { enterUrl, SALE, SITE } from './room.ts';

const ISSUER = 'https://shop.example';
const SHARED = 'a secret that the shop and the line share';
const service = serviceOn(embeddedStore, {
  rooms: [SALE],
  relying_parties: [{ client_id: 'shop', client_secret: SECRET, room: 'sale', redirect_uris: [REDIRECT_URI] }],
});
const operations = () => service.waitingRoom.operations;
const set = (more: object) => operations().putRoom(roomSettings.parse({ ...SALE, ...more }));

const LANGUAGES = ['de', 'ja'];
const textsOf = (code: string): Record<string, string> =>
  JSON.parse(readFileSync(join(import.meta.dirname, `../../locales/${code}.json`), 'utf8')).messages;

beforeEach(async () => {
  await set({});
  await operations().reset('sale');
});

function signed(sub: string, exp = Math.floor(service.time.now() / 1000) + 600, secret = SHARED): Promise<string> {
  return new SignJWT({ iss: ISSUER, sub, exp }).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(secret));
}

const PASSES = { passes: { issuer: ISSUER, secret: SHARED, required: true } };
const FRAME = { 'Sec-Fetch-Dest': 'iframe', 'Sec-Fetch-Site': 'cross-site' };

interface Case {
  readonly room?: object;
  readonly headers?: Record<string, string>;
  readonly pass?: () => Promise<string>;
}
const CASES: readonly (readonly [string, Case])[] = [
  ['frame_refused', { headers: FRAME }],
  [
    'entry_refused',
    { room: { rules: [{ match: { header: { 'X-Bad': '1' } }, action: 'refuse' }] }, headers: { 'X-Bad': '1' } },
  ],
  ['pass_required', { room: PASSES }],
  ['pass_invalid', { room: PASSES, pass: () => signed('ada', undefined, 'a secret that nobody else knows of') }],
  ['pass_invalid.expired', { room: PASSES, pass: () => signed('ada', 1) }],
];

describe.each(LANGUAGES)('in the language %s', (language) => {
  const texts = textsOf(language);

  test.each(CASES)('the page says why nobody joins: %s', async (reason, { room = {}, headers = {}, pass }) => {
    await set(room);
    const brought = await pass?.();
    const more = brought === undefined ? {} : { anteroom_pass: brought };
    const asked = { ...headers, 'Accept-Language': language };
    const { url } = await startLogin(service.issuer, { more });
    const enter = `${enterUrl(service, `${SITE}/`)}&${new URLSearchParams(more)}`;
    for (const page of [await createBrowser().get(url, asked), await enterWith(createBrowser(), enter, asked)]) {
      expect(page.status).toBe(403);
      expect(page.text).toContain(texts[`error.${reason}`]);
      expect(page.text).not.toContain('lang="en" dir');
    }
  });

  test('the page says that a request of the site is not valid, and why, for those who run it', async () => {
    const { url } = await startLogin(service.issuer);
    const asked = new URL(url);
    asked.searchParams.set('client_id', 'nobody');
    const page = await createBrowser().get(asked.href, { 'Accept-Language': language });
    expect([page.status, page.text.includes(texts['error.request'] ?? '?')]).toEqual([400, true]);
    expect(page.text).toMatch(/<p class="soft" lang="en" dir="ltr">client is invalid/);
  });

  test('the gate says to a navigation that a rule refuses it, and answers programs with a problem', async () => {
    await set({ rules: [{ match: { path: '/admin' }, action: 'refuse' }] });
    const check = (headers: Record<string, string>) =>
      createBrowser().get(`${service.listensOn}/rooms/sale/gate/check`, {
        ...{ 'X-Original-Method': 'GET', 'X-Original-URL': `${SITE}/admin`, 'Accept-Language': language, ...headers },
      });
    const page = await check({ Accept: 'text/html' });
    expect([page.status, page.headers['content-type']]).toEqual([403, 'text/html; charset=utf-8']);
    expect(page.text).toContain(texts['error.entry_refused']);
    expect(page.text).toContain(`href="${service.issuer}/assets/`);
    const problem = await check({ 'Sec-Fetch-Mode': 'cors' });
    expect([problem.status, problem.json().code]).toEqual([403, 'entry_refused']);
  });

  test('the waiting page says where the place of a pass is', async () => {
    await set(PASSES);
    const [one, other] = [createBrowser(), createBrowser()];
    const url = `${enterUrl(service, `${SITE}/`)}&anteroom_pass=${await signed('ada')}`;
    const { location } = await enterWith(one, url);
    await enterWith(other, url);
    await operations().raise('sale', 1);
    const page = await one.post(location, {}, { 'Accept-Language': language });
    expect([page.status, page.text.includes(texts['error.pass_moved'] ?? '?')]).toEqual([409, true]);
  });
});
