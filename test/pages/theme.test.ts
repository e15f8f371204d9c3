import { beforeEach, describe, expect, test } from 'vitest';
import type { RoomInput } from '#settings/room.ts';
import { room as roomSettings } from '#settings/room.ts';
import { createBrowser } from '#support/browser.ts';
import { serviceOn } from '#support/on-each-store.ts';
import { arrive } from '#support/relying-party.ts';
import { ADMIN_TOKEN } from '#support/service.ts';
import { embeddedStore } from '#support/stores.ts';
import { relying_parties, rooms, SALE } from '../oidc/waiting-page.ts';

const service = serviceOn(embeddedStore, { rooms, relying_parties });
const set = (theme: RoomInput['theme']) =>
  service.waitingRoom.operations.putRoom(roomSettings.parse({ ...SALE, theme }));

beforeEach(() => set(undefined));

async function visit() {
  const browser = createBrowser();
  const { page } = await arrive(browser, service.issuer);
  const see = async (language = 'en') => (await browser.get(page, { 'Accept-Language': language })).text;
  return { browser, page, see };
}

const THEME: RoomInput['theme'] = {
  name: 'Müller & <Söhne>',
  colours: { light: { accent: '#8a1c2b' }, dark: { accent: '#ffb3bd' } },
  css: 'main { border-radius: 0 }',
  texts: { en: { 'waiting.heading.waiting': 'You queue' }, de: { 'waiting.heading.waiting': 'Sie warten' } },
};

const sheetOf = (html: string) => /href="([^"]*\/theme\/style\.[0-9a-f]{12}\.css)"/.exec(html)?.[1] ?? '';

describe('a room with a theme', () => {
  test('shows its name and its texts as text, in each language', async () => {
    await set({ ...THEME, texts: { ...THEME.texts, en: { 'waiting.heading.waiting': "You '<'queue'>' <%= 1 %>'" } } });
    const { see } = await visit();
    const english = await see();
    expect(english).toContain('<header class="brand"><p><bdi>Müller &amp; &lt;Söhne&gt;</bdi></p></header>');
    expect(english).toMatch(/<h1[^>]*>You &lt;queue&gt; &lt;%= 1 %&gt;/);
    expect(await see('de')).toMatch(/<h1[^>]*>Sie warten<\/h1>/);
    expect(await see('fr')).not.toContain('Sie warten');
  });

  test('has a style sheet that caches keep, and that changes its address with the theme', async () => {
    await set(THEME);
    const { browser, see, page } = await visit();
    const sheet = sheetOf(await see());
    const answer = await browser.get(new URL(sheet, page).href);
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('text/css; charset=utf-8');
    expect(answer.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(answer.text).toContain('--accent:#8a1c2b');
    expect(answer.text).toContain('@media (prefers-color-scheme:dark){:root{');
    expect(answer.text).toContain('main { border-radius: 0 }');

    await set({ ...THEME, css: 'main { border-radius: 1px }' });
    expect(sheetOf(await see())).not.toBe(sheet);
    const late = await browser.get(new URL(sheet, page).href);
    expect(late.headers['cache-control']).toBe('no-store');
    expect(late.text).toContain('border-radius: 1px');

    await set(null);
    expect(sheetOf(await see())).toBe('');
    expect((await browser.get(new URL(sheet, page).href)).status).toBe(404);
  });

  test('shows its logo, from its own address and under a policy that runs nothing', async () => {
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><!-- made by x --><path d="M0 0h4v4z"/></svg>';
    await set({ ...THEME, logo: `data:image/svg+xml,${encodeURIComponent(svg)}` });
    const { browser, see, page } = await visit();
    const [, src = '', alt] = /<img src="([^"]+)" alt="([^"]*)">/.exec(await see()) ?? [];
    expect(src).toMatch(/\/rooms\/sale\/theme\/logo\.[0-9a-f]{12}\.svg$/);
    expect(alt).toBe('Müller &amp; &lt;Söhne&gt;');
    const answer = await browser.get(new URL(src, page).href);
    expect(answer.headers['content-type']).toContain('image/svg+xml');
    expect(answer.headers['content-security-policy']).toMatch(/^default-src 'none'.*sandbox$/);
    expect(answer.text).toContain('<path d="M0 0h4v4z"></path></svg>');
    expect(answer.text).not.toContain('made by');
  });

  test('has the same pages from pieces', async () => {
    await set(THEME);
    const { see } = await visit();
    const first = await see('de');
    await see('de');
    expect(await see('de')).toBe(first);
    expect(first).toContain('Sie warten');
  });

  test('has a page of its own, with our part in it', async () => {
    const template = `<html><head><title>{{state}}: {{title}}</title><style>.x { color: red }</style></head>
<body class="own"><h1>{{name}} {{number}}</h1>{{#is_waiting}}<p>{{lang}} {{dir}}</p>{{/is_waiting}}
{{{form}}}<p>{{message}}</p></body></html>`;
    const message = '</p><script>pwned = 1</script>{{{form}}}';
    const settings = roomSettings.parse({ ...SALE, message, theme: { ...THEME, template } });
    await service.waitingRoom.operations.putRoom(settings);
    const { browser, see, page } = await visit();
    const html = await see();
    expect(html).toContain('<title>waiting: ');
    expect(html).toContain('<body class="own">');
    expect(html).toMatch(/<h1>Müller &amp; &lt;Söhne&gt; \d+<\/h1><p>en ltr<\/p>\s*<main>\s*<article id="waiting"/);
    expect(html).toContain('<p>&lt;&#x2F;p&gt;&lt;script&gt;pwned &#x3D; 1&lt;&#x2F;script&gt;{{{form}}}</p>');
    expect(html.match(/id="waiting"/g)).toHaveLength(1);
    expect(html).toContain('id="leave"');
    expect(html).toContain('name="lang"');
    expect(html).not.toContain('class="brand"');
    expect(await see('ar')).toMatch(/<html lang="ar" dir="rtl">[\s\S]*<p>ar rtl<\/p>/);
    // The third view would come from pieces.
    expect(await see()).toContain('<body class="own">');
    expect((await browser.get(new URL(sheetOf(html), page).href)).text).toContain('\n.x { color: red }');
  });

  test('does not change the pages of another room', async () => {
    await set(THEME);
    const browser = createBrowser();
    const { page } = await arrive(browser, service.issuer, { clientId: 'elsewhere' });
    const { text } = await browser.get(page);
    expect(text).toContain('You are in line');
    expect(text).not.toContain('class="brand"');
  });
});

test.each([
  [{ name: '' }, 'theme.name'],
  [{ colours: { light: { accent: 'red' } } }, 'theme.colours.light.accent must be a colour'],
  [{ colours: { light: { accent: '#ffcc00' } } }, 'theme.colours.light.accent is hard to read'],
  [{ colours: { sepia: {} } }, 'theme.colours.sepia is not a known field'],
  [{ css: 'p {\n background: url(//evil.example) }' }, 'theme.css line 2 has url(…): a theme loads nothing'],
  [{ texts: { en: { 'no.such': 'x' } } }, 'theme.texts.en.no.such is not a text of the pages'],
  [{ logo: './logo.png' }, 'theme.logo must be a data URL of a PNG, JPEG, WebP or SVG image'],
  [{ template: '<body>\n<script></script>{{{form}}}' }, 'theme.template line 2 has <script>, which a template may not'],
  [{ template: `<body>${' '.repeat(65536)}{{{form}}}` }, 'theme.template'],
  [{ colour: 1 }, 'theme.colour is not a known field'],
  [{ css: `/* ${'ä'.repeat(8190)} */` }, 'theme.css must be at most 16 KiB'],
  [{ template: `{{{form}}}${'ä'.repeat(8192)}` }, 'theme.template must be at most 16 KiB'],
  [{ logo: `data:image/png;base64,${'A'.repeat(49_152)}` }, 'theme.logo must be at most 48 KiB'],
  [{ logo: `data:image/png;base64,${'A'.repeat(44_000)}` }, 'theme.logo must be at most 32 KiB'],
  [
    { texts: { en: Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`key.${i}`, 'x'.repeat(2000)])) } },
    'theme.texts must be at most 32 KiB',
  ],
])('the API refuses %j by its field', async (theme, sentence) => {
  const answer = await fetch(`${service.issuer}/admin/v1/rooms/sale`, {
    method: 'PATCH',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${ADMIN_TOKEN}` },
    body: JSON.stringify({ theme }),
  });
  expect(answer.status).toBe(400);
  const { errors } = (await answer.json()) as { errors: { field: string; message: string }[] };
  expect(errors.map(({ field, message }) => `${field} ${message}`).join('\n')).toContain(sentence);
});
