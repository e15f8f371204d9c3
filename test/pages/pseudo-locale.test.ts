import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createPages } from '#pages/index.ts';
import type { LocaleFile } from '#pages/locale/index.ts';
import { createLocales } from '#pages/locale/index.ts';
import type { LineData } from '#pages/waiting/waiting-views.ts';
import { JOIN_REFUSALS } from '#waiting-room/errors.ts';

const ROOT = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'anteroom-pseudo-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The texts of English in letters that English does not have (the pseudo-locale en-XA). */
const english = JSON.parse(readFileSync(join(ROOT, 'locales/en.json'), 'utf8')) as LocaleFile;
const accented = (text: string) =>
  text
    .replace(/\{(\w+), plural.*\}\}/, '{$1}')
    .replace(/\{\w+\}|<\/?b>|[a-zA-Z]/g, (part) => (part.length > 1 ? part : 'ẋ'));
const messages = Object.fromEntries(Object.entries(english.messages).map(([key, text]) => [key, accented(text)]));
writeFileSync(join(folder, 'en.json'), JSON.stringify({ ...english, name: '⚑', messages }));
const pages = createPages({
  folder: join(ROOT, 'views'),
  locales: createLocales(folder),
  asset: (name) => `/assets/${name}`,
});

const FACTS = {
  room: 'r',
  number: 3,
  serving: 1,
  people_ahead: 2,
  estimated_wait: null,
  poll_after: 5,
  heartbeat_after: 30,
  message: null,
  updated_at: '2026-11-24T10:00:00.000Z',
  proven: false,
};
const WAITING: Omit<LineData, 'facts'> = {
  ...{
    title: '1',
    script: 'waiting.js',
    number: 3,
    order: 'draw' as const,
    drawUrl: '/d',
    seedHash: '0',
    claimSeconds: 120,
    missedTurn: 'front' as const,
  },
  ...{
    statusUrl: '/s',
    refresh: 30,
    refreshUrl: null,
    again: '/a',
    site: '2',
    languageForm: true,
    lane: '8',
    landing: null,
    emailBefore: 300,
    push: { before: 300, key: '0', worker: '/w' },
    noticeState: null,
    noticeNews: null,
    isNoticeDue: false,
    isRenumbered: true,
    hasToPress: true,
  },
};
const REPORT = {
  ...{ event: '4', algorithm: '5', seed_hash: '6', committed_at: FACTS.updated_at, entrants: null, seed: null },
  drawn_at: null,
};
const MORE = {
  ...{ title: '1', host: '2', url: '/u', again: '/a', action: '/a', xsrf: '7', state: null, wayBack: '/w' },
  ...{
    hasPlace: true,
    reason: null,
    message: null,
    cookies: [{ name: '1', purpose: 'visitor', age: 60 }],
    code: 'not_yours',
    landing: null,
    email: true,
    push: true,
  },
};

const STATES = ['waiting', 'paused', 'served', 'expired', 'closed', 'before_start', 'challenge', 'full'];
const VIEWS = readdirSync(join(ROOT, 'views'))
  .map((file) => file.replace('.ejs', ''))
  .filter((name) => !['admin', 'demo', 'layout', 'waiting', 'draw'].includes(name));

/** Words of a page that come from no locale: what is between tags, and attributes that people read. */
function wordsIn(html: string): string[] {
  const attributes = [
    ...html.matchAll(
      /(?:aria-label|title|placeholder|alt|data-(?:for|unknown|since|local|start|stop|on|sound-only|right|wrong))="([^"]*)"/g,
    ),
  ];
  const text = html
    .replace(/<(style|script)[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/&\w+;/g, ' ');
  // UTC is the same in every language. Units are Intl's, in the language.
  return (
    [text, ...attributes.map(([, value]) => value)]
      .join(' ')
      .replaceAll(/UTC|minutes?/g, '')
      .match(/[A-Za-z]{2,}/g) ?? []
  );
}

test.each(STATES)('the waiting page in the state %s has no word of its own', (state) => {
  const facts = {
    ...FACTS,
    state,
    claim_by: FACTS.updated_at,
    starts_at: FACTS.updated_at,
    moved_from: FACTS.updated_at,
  };
  const html = pages.page({ headers: {} }, 'waiting', { ...WAITING, facts });
  expect(wordsIn(html)).toEqual([]);
});

test.each(['form', 'kept', 'refused', 'pushed', 'push_refused'])(
  'a request for a message that was %s has no word of its own',
  (noticeState) => {
    const html = pages.page({ headers: {} }, 'waiting', { ...WAITING, facts: FACTS, noticeState });
    expect(wordsIn(html)).toEqual([]);
  },
);

test.each(VIEWS)('the page %s has no word of its own', (name) => {
  // The code of an error is the same in every language.
  expect(wordsIn(pages.page({ headers: {} }, name, MORE)).filter((word) => !'not_yours'.includes(word))).toEqual([]);
});

test.each(JOIN_REFUSALS)('the page of a refusal with the reason %s has no word of its own', (reason) => {
  const [code = ''] = reason.split('.');
  const refusal = { code, reason, description: 'What a program reads.' };
  const words = wordsIn(pages.page({ headers: {} }, 'error', refusal));
  // The code is the same in every language.
  expect(words.filter((word) => !code.split('_').includes(word) && word !== code)).toEqual([]);
});

test('the page of a request of the site that is not valid says so, and its details for the site are marked as English', () => {
  const html = pages.page({ headers: {} }, 'error', { code: '400', description: 'What a developer reads.' });
  const [details = '', ...others] = html.match(/<p[^>]* lang="en" dir="ltr">.*?<\/p>/g) ?? [];
  expect([details.includes('What a developer reads.'), others]).toEqual([true, []]);
  expect(html).toContain(accented(english.messages['error.request'] ?? '?'));
  expect(wordsIn(html.replace(details, ''))).toEqual([]);
});

test('the page of a draw has no word of its own', () => {
  expect(wordsIn(pages.page({ headers: {} }, 'draw', { report: REPORT, own: null, title: '4' }))).toEqual([]);
});
