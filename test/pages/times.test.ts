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

test.each([
  [30, 'look at this tab within <bdi>30 seconds</bdi>'],
  [90, 'look at this tab within <bdi>90 seconds</bdi>'],
  [120, 'look at this tab within <bdi>2 minutes</bdi>'],
])('the waiting page tells how long a place is held: %i s', (claimSeconds, text) => {
  const facts = { state: 'waiting', number: 3, people_ahead: 2, estimated_wait: null, updated_at: AT };
  const line = { title: 'Spring sale', number: 3, claimSeconds, missedTurn: 'front', order: null, refresh: 30 };
  const none = { seedHash: null, drawUrl: null, again: null, lane: null, landing: null, emailBefore: null, push: null };
  const notices = { noticeState: null, noticeNews: null, isNoticeDue: false, isRenumbered: false, hasToPress: false };
  const data = { ...line, ...none, ...notices, facts, statusUrl: '/status' };
  expect(pages.page({ headers: {} }, 'waiting', data)).toContain(text);
});
