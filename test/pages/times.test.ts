/** Times that the server writes, for browsers in which no script rewrites them. */
import { expect, test } from 'vitest';
import { createPages } from '#pages/index.ts';
import { createLocales } from '#pages/locale/index.ts';

const pages = createPages({ folder: 'views', locales: createLocales('locales'), asset: (name) => `/assets/${name}` });

const AT = '2026-11-24T10:00:00.000Z';
const REPORT = { event: 'e', algorithm: 'a', seed_hash: 'h', committed_at: AT, entrants: 7, seed: 's', drawn_at: AT };

/** The page of a draw in a language. */
const drawPage = (language: string) =>
  pages.page({ headers: { 'accept-language': language } }, 'draw', { report: REPORT, own: null, title: 'Spring sale' });

const timesOf = (html: string) => [...html.matchAll(/<time [^>]*>([^<]*)</g)].map(([, text]) => text);

test.each([
  ['en', '2026-11-24 10:00:00 UTC'],
  ['ar', '\u20662026-11-24 10:00:00 UTC\u2069'],
  ['he', '\u20662026-11-24 10:00:00 UTC\u2069'],
  ['fa', '\u2066۲۰۲۶-۱۱-۲۴ ۱۰:۰۰:۰۰ UTC\u2069'],
  ['bn', '২০২৬-১১-২৪ ১০:০০:০০ UTC'],
])('a time in %s has the language’s digits, and is never turned round', (language, text) => {
  expect(timesOf(drawPage(language))).toEqual([text, text]);
});

test.each(['fa', 'bn'])('the texts in %s have no digits but those of the language', (language) => {
  const texts = Object.values(pages.locale(language).texts).map((text) => text.replace('SHA-256', ''));
  expect(texts.filter((text) => /\d/.test(text.replace(/=\d/g, '')))).toEqual([]);
});
