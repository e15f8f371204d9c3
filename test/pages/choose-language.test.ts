import { expect, test } from 'vitest';
import { chooseLanguage } from '#pages/locale/choose-language.ts';

const offered = { codes: new Set(['en', 'de', 'fr', 'pt-BR', 'zh-Hans', 'zh-Hant', 'nb', 'he']), fallback: 'en' };
const from = (headers: { cookie?: string; 'accept-language'?: string }, url = '/rooms/sale/wait?a=b') =>
  chooseLanguage({ url, headers }, offered);

test.each([
  ['de', 'de'],
  ['de-AT,de;q=0.9', 'de'],
  ['xx, fr;q=0.5, de;q=0.8', 'de'],
  ['fr;q=0, de;q=0.1', 'de'],
  ['pt', 'pt-BR'],
  ['pt-PT', 'pt-BR'],
  ['zh-TW', 'zh-Hant'],
  ['zh-Hant-HK', 'zh-Hant'],
  ['zh-CN', 'zh-Hans'],
  ['no', 'nb'],
  ['iw', 'he'],
  ['DE', 'de'],
  ['*', 'en'],
  ['', 'en'],
  [';;;,q=,-,--', 'en'],
  ['__proto__', 'en'],
])('Accept-Language %j gets %s', (header, code) => {
  expect(from({ 'accept-language': header })).toBe(code);
});

test('the address wins over the cookie, the cookie over the request of the relying party, that over the browser', () => {
  const headers = { 'accept-language': 'he', cookie: 'a=b; anteroom_lang=fr' };
  expect(from(headers, '/w?x=1&lang=de&ui_locales=nb')).toBe('de');
  expect(from(headers, '/w?ui_locales=nb')).toBe('fr');
  expect(from({ 'accept-language': 'he' }, '/w?ui_locales=xx%20nb')).toBe('nb');
  expect(from({ 'accept-language': 'he' }, '/w?ui_locales=xx+de')).toBe('de');
  expect(from({ 'accept-language': 'he' }, '/w?slang=nb&x=lang=nb&lang=de')).toBe('de');
});

test('an unknown language of the address or the cookie falls through to the next wish', () => {
  expect(from({ 'accept-language': 'de', cookie: 'anteroom_lang=%00' }, '/w?lang=klingon')).toBe('de');
});
