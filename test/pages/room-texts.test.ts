import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { RoomInput } from '#settings/room.ts';
import { room as roomSettings } from '#settings/room.ts';
import { PRESETS } from '#settings/texts.ts';
import { createBrowser } from '#support/browser.ts';
import { serviceOn } from '#support/on-each-store.ts';
import { arrive } from '#support/relying-party.ts';
import { embeddedStore } from '#support/stores.ts';
import { relying_parties, rooms, SALE } from '../oidc/waiting-page.ts';

const service = serviceOn(embeddedStore, { rooms, relying_parties });
const set = (more: Partial<RoomInput>) =>
  service.waitingRoom.operations.putRoom(roomSettings.parse({ ...SALE, ...more }));

beforeEach(() => set({}));

async function visit() {
  const browser = createBrowser();
  const { page } = await arrive(browser, service.issuer);
  const see = async (language: string, url = page) => (await browser.get(url, { 'Accept-Language': language })).text;
  const facts = async () => (await browser.get(page, { Accept: 'application/json' })).json();
  return { browser, page, see, facts };
}

const MAP = {
  en: 'Back at ten',
  de: 'Um zehn geht es weiter',
  ar: 'نعود في العاشرة',
  fr: { text: 'À dix', dir: 'ltr' },
} as const;

describe('a message in several languages', () => {
  test.each([
    ['de', 'de', 'ltr', MAP.de],
    ['de-AT', 'de', 'ltr', MAP.de],
    ['ar', 'ar', 'rtl', MAP.ar],
    ['fr', 'fr', 'ltr', 'À dix'],
    ['ja', 'en', 'ltr', MAP.en],
  ])('is shown to %s in %s', async (asked, lang, dir, text) => {
    await set({ message: MAP });
    const { see } = await visit();
    expect(await see(asked)).toContain(`<bdi id="message" lang="${lang}" dir="${dir}">${text}</bdi>`);
  });

  test('is the default language’s in the facts, with an id that changes with it', async () => {
    await set({ message: MAP, languages: { default: 'de' } });
    const { facts, browser, page } = await visit();
    const first = await facts();
    expect(first).toMatchObject({ message: MAP.de, message_id: expect.stringMatching(/^[\w-]{12}$/) });
    const status = await browser.get(page.replace(/wait\?.*/, 'status'));
    expect(status.json()).toMatchObject({ message: MAP.de, message_id: first.message_id });
    const told = await browser.get(page.replace(/wait\?.*/, 'message?lang=ar'));
    expect(told.json()).toEqual({ id: first.message_id, text: MAP.ar, lang: 'ar', dir: 'rtl' });
    await set({ message: { ...MAP, it: 'Alle dieci' } });
    expect((await facts()).message_id).not.toBe(first.message_id);
    await set({ message: 'Only this' });
    expect(await facts()).toMatchObject({ message: 'Only this' });
    expect(await facts()).not.toHaveProperty('message_id');
  });

  test('may be a preset, which every language has', async () => {
    const english = JSON.parse(readFileSync('locales/en.json', 'utf8')).messages;
    for (const [preset, text] of Object.entries(PRESETS)) expect(english[`preset.${preset}`]).toBe(text);
    await set({ message: { preset: 'nearly_sold_out' } });
    const { see } = await visit();
    expect(await see('de')).toContain('Fast alles ist weg.');
    expect(await see('he')).toMatch(/<bdi id="message" lang="he" dir="rtl">/);
  });

  test('is never markup', async () => {
    await set({ message: { en: '<script>alert(1)</script>' }, title: { en: '<img src=x>' } });
    const { see } = await visit();
    const html = await see('en');
    expect(html).toContain('&lt;script&gt;');
    expect(html).not.toMatch(/<script>alert|<img/);
  });
});

test('a title by language is that of the page', async () => {
  await set({ title: { en: 'Spring sale', de: 'Frühlingsaktion' } });
  const { see } = await visit();
  expect(await see('de')).toMatch(/<title>[^<]*Frühlingsaktion<\/title>/);
  expect(await see('pl')).toMatch(/<title>[^<]*Spring sale<\/title>/);
});

test.each([
  { title: { en: 'Sale', de: 'Aktion' }, message: { preset: 'technical_pause' as const } },
  {
    message: MAP,
    events: [{ id: 'a', start: '2026-11-24T10:00:00.000Z', title: { de: 'Start' }, message: { en: 'Soon' } }],
  },
  { legal: { privacy: 'https://shop.example/privacy', help: { en: 'https://shop.example/help' } } },
])('texts are the same after decoding and encoding: %j', (more) => {
  const encoded = z.encode(roomSettings, roomSettings.parse({ ...SALE, ...more })) as Record<string, unknown>;
  expect(JSON.parse(JSON.stringify(encoded))).toMatchObject(more);
  expect(Object.keys(encoded)).not.toEqual(expect.arrayContaining(['titles']));
  expect(z.encode(roomSettings, roomSettings.parse(encoded))).toEqual(encoded);
});

test.each([
  [{ message: {} }, 'message'],
  [{ message: { preset: 'nothing' } }, 'message'],
  [{ title: { en: '' } }, 'title'],
  [{ legal: { privacy: 'javascript:alert(1)' } }, 'legal.privacy'],
  [{ legal: { terms: 'https://shop.example/' } }, 'legal'],
])('%j is refused', (more, field) => {
  const parsed = roomSettings.safeDecode({ ...SALE, ...(more as Partial<RoomInput>) });
  expect(parsed.error?.issues.map(({ path }) => path.join('.')).join()).toContain(field);
});

describe('the footer', () => {
  test('links what the law asks for, in the language, and what is stored', async () => {
    await set({ legal: { privacy: { en: 'https://shop.example/p', de: 'https://shop.example/datenschutz' } } });
    const { see } = await visit();
    const html = await see('de');
    expect(html).toContain('<a href="https://shop.example/datenschutz" target="_blank" rel="noopener">Datenschutz</a>');
    expect(html).toContain(
      '<a href="/rooms/sale/storage" target="_blank" rel="noopener">Was diese Seite speichert</a>',
    );
    expect(html).not.toContain('Impressum');
  });

  test('leads to a page that names every cookie that a visitor gets', async () => {
    await set({ mode: 'passthrough' });
    const browser = createBrowser();
    await arrive(browser, service.issuer);
    const names = [...browser.cookies.keys()].map((key) => key.split(' ')[0] ?? '');
    const html = (await browser.get(`${service.issuer}/rooms/sale/storage`)).text;
    expect(names.length).toBeGreaterThan(1);
    for (const name of names) expect(html).toContain(`<code>${name}</code>`);
    expect(html).toContain('30 days');
    expect(html).not.toContain('loads a script');
    await set({ challenge: { when: 'auto', provider: 'turnstile', site_key: 'k', secret: 's' } });
    expect((await browser.get(`${service.issuer}/rooms/sale/storage`)).text).toContain('challenges.cloudflare.com');
    expect((await browser.get(`${service.issuer}/rooms/nowhere/storage`)).status).toBe(404);
  });
});
