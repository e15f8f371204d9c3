import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PREVIEW_STATES } from '#pages/theme/preview.ts';
import { type AdminServer, OPERATORS_TOKEN, startAdmin, VIEWERS_TOKEN } from '#support/admin.ts';

let admin: AdminServer;

beforeEach(async () => {
  admin = await startAdmin();
  await admin.as('put', '/rooms/sale').send({ title: '<script>hacked = 1</script>' }).expect(201);
});
afterEach(() => admin.close());

const PATH = '/rooms/sale/theme/preview';
const preview = (body: object, token = OPERATORS_TOKEN) => admin.as('post', PATH, token).send(body);

test.each(PREVIEW_STATES)(
  'the state %s is shown in the language that is asked for, and no line is touched',
  async (state) => {
    const before = (await admin.as('get', '/rooms/sale/counters').expect(200)).body;
    const answer = await preview({ state, lang: 'ar' }).expect(200);
    expect(answer.type).toBe('text/html');
    expect(answer.text).toContain('<html lang="ar" dir="rtl">');
    expect(answer.text).toContain(`data-state="${state}"`);
    expect(answer.text).toContain('&lt;script&gt;hacked');
    expect(answer.text).not.toContain('http-equiv="refresh"');
    expect((await admin.as('get', '/rooms/sale/counters').expect(200)).body).toEqual(before);
  },
);

test('a theme that is not saved is whole in the page, under a policy that allows just it', async () => {
  const svg = 'data:image/svg+xml,%3Csvg xmlns="http://www.w3.org/2000/svg"/%3E';
  const css = 'main::after { content: "</style><script>hacked = 1</script>" }';
  const { text, headers } = await preview({ theme: { name: 'Example', logo: svg, css } }).expect(200);
  const styles = [...text.matchAll(/<style>([\s\S]*?)<\/style>/g)].map(([, style = '']) => style);
  expect(styles).toEqual([readFileSync('assets/style.css', 'utf8'), expect.stringContaining('content: "<\\/style>')]);
  expect(text).not.toContain('rel="stylesheet"');
  expect(text).toMatch(/<img src="data:image\/svg\+xml;base64,[^"]+" alt="Example">/);
  const hashes = styles.map((style) => `'sha256-${createHash('sha256').update(style).digest('base64')}'`);
  expect(headers['content-security-policy']).toBe(
    `default-src 'none'; style-src ${hashes.join(' ')}; img-src 'self' data:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'`,
  );
  expect((await admin.as('get', '/rooms/sale').expect(200)).body).not.toHaveProperty('theme');
});

test('a template is shown with its style sheet and logo in each state', async () => {
  const logo = 'data:image/svg+xml,%3Csvg xmlns="http://www.w3.org/2000/svg"/%3E';
  const template =
    '<style>.own { color: red }</style><body><p class="own">{{state}}</p><img src="{{logo}}" alt="">{{{form}}}';
  for (const state of PREVIEW_STATES) {
    const { text } = await preview({ state, theme: { logo, template } }).expect(200);
    expect(text).toContain(`<p class="own">${state}</p><img src="data:image/svg+xml;base64,`);
    expect(text).toContain('<style>.own { color: red }</style>');
    expect(text).toContain(`data-state="${state}"`);
  }
});

test('the saved theme is shown without a body', async () => {
  await admin
    .as('patch', '/rooms/sale')
    .send({ theme: { name: 'Saved name' } })
    .expect(200);
  const { text } = await admin.as('get', `${PATH}?state=paused&lang=de`, OPERATORS_TOKEN).expect(200);
  expect(text).toContain('Saved name');
  expect(text).toContain('<html lang="de"');
  expect((await preview({ theme: null }).expect(200)).text).not.toContain('Saved name');
});

test('what is refused when it is saved is refused here, by the same names', async () => {
  const { body } = await preview({ theme: { css: '@import "x";' } }).expect(400);
  expect(body.errors).toEqual([{ field: 'theme.css', message: expect.stringContaining('line 1 has @import') }]);
  expect((await preview({ state: 'asleep' }).expect(400)).body.errors[0].field).toBe('state');
  await preview({}, VIEWERS_TOKEN).expect(403);
  await admin.as('get', '/rooms/none/theme/preview').expect(404);
});

test.each([
  ['two characters', 'p { color: red }\r\nb { color: red }'],
  ['a carriage return', 'p { color: red }\rb { color: red }'],
])('the policy allows a style sheet whose line ends are %s, as browsers read it', async (_, css) => {
  const { text, headers } = await preview({ theme: { css } }).expect(200);
  const read = 'p { color: red }\nb { color: red }';
  expect(text).toContain(`<style>${read}</style>`);
  const hash = createHash('sha256').update(read).digest('base64');
  expect(headers['content-security-policy']).toContain(`'sha256-${hash}'`);
});

test('the page says what the settings of the room say', async () => {
  const settings = {
    title: { en: 'Spring sale', de: 'Aktion' },
    message: { preset: 'technical_pause' },
    legal: { help: { en: 'https://shop.example/help', de: 'https://shop.example/hilfe' } },
    return_urls: ['https://tickets.example/sale'],
    admission: { claim_window: '7m', missed_turn: 'back' },
    stock: 40,
    events: [{ id: 'opening', start: '2031-01-01T10:00:00Z', order: 'draw' }],
  };
  await admin.as('put', '/rooms/sale').send(settings).expect(200);
  const shown = async (state: string, lang: string) => (await preview({ state, lang }).expect(200)).text;
  const german = await shown('waiting', 'de');
  for (const words of [
    'Aktion',
    'https://shop.example/hilfe',
    'tickets.example',
    'Wir beheben eine technische Störung. Solange wird niemand eingelassen. Sie behalten Ihren Platz.',
  ]) {
    expect(german).toContain(words);
  }
  expect(german).toContain('<b id="stock">40</b>');
  expect(await shown('expired', 'en')).toContain('You rejoin at the back with a new number.');
  expect(await shown('before_start', 'en')).toContain('gets a place in a random order');
  expect(await shown('served', 'en')).toContain('tickets.example');
});

describe('the frame of the control panel', () => {
  const url = (room: string) => `${admin.url}/admin/theme-frame/${room}`;

  async function signIn(token: string) {
    const body = new URLSearchParams({ token });
    const entered = await fetch(`${admin.url}/admin/sign-in`, { method: 'POST', body, redirect: 'manual' });
    const cookie = (entered.headers.getSetCookie()[0] ?? '').split(';')[0] ?? '';
    const session = await fetch(`${admin.url}/admin/session`, { headers: { cookie } });
    return { cookie, csrf: ((await session.json()) as { csrf: string }).csrf };
  }

  async function open(session: { cookie: string; csrf: string }, body: unknown, room = 'sale', headers = {}) {
    const form = new URLSearchParams({ csrf: session.csrf, preview: JSON.stringify(body) });
    return fetch(url(room), { method: 'POST', body: form, headers: { cookie: session.cookie, ...headers } });
  }

  test('gets the page from a form, with the policy of the page', async () => {
    const answer = await open(await signIn(OPERATORS_TOKEN), {
      theme: { name: 'Example' },
      state: 'paused',
      lang: 'de',
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/);
    expect(await answer.text()).toContain('<bdi>Example</bdi>');
  });

  test('is refused without the proof of a session, to other sites, below an operator, and with a wrong theme', async () => {
    const session = await signIn(OPERATORS_TOKEN);
    expect((await open({ ...session, csrf: 'guessed' }, {})).status).toBe(401);
    expect((await open({ ...session, cookie: '' }, {})).status).toBe(401);
    expect((await open(session, {}, 'sale', { 'Sec-Fetch-Site': 'same-site' })).status).toBe(401);
    expect((await open(await signIn(VIEWERS_TOKEN), {})).status).toBe(403);
    expect((await open(session, {}, 'none')).status).toBe(404);
    expect((await open(session, { theme: { css: '@import "x";' } })).status).toBe(400);
    expect((await open(session, JSON.parse('{"theme":{"__proto__":{}}}'))).status).toBe(400);
    expect((await fetch(url('sale'), { method: 'POST', headers: { cookie: session.cookie } })).status).toBe(401);
  });
});

describe('the languages of the pages', () => {
  test('are listed with their names and directions, for viewers', async () => {
    const { body } = await admin.as('get', '/languages', VIEWERS_TOKEN).expect(200);
    expect(body).toContainEqual({ code: 'ar', name: 'العربية', dir: 'rtl' });
    expect(body.length).toBeGreaterThan(30);
  });

  test('have their texts, as they are written', async () => {
    const { body } = await admin.as('get', '/languages/de/texts', VIEWERS_TOKEN).expect(200);
    expect(body).toEqual(JSON.parse(readFileSync('locales/de.json', 'utf8')).messages);
    await admin.as('get', '/languages/tlh/texts', VIEWERS_TOKEN).expect(404);
    await admin.as('get', '/languages/..%2Fen/texts', VIEWERS_TOKEN).expect(400);
  });
});
