import { describe, expect, test } from 'vitest';
import { namesHtml, prefersJson } from '#http/accept.ts';
import { isNavigation } from '#http/navigation.ts';

const CHROME =
  'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7';
const SAFARI = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
const NAVIGATE = { 'Sec-Fetch-Dest': 'document', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-User': '?1' };

function request(headers: Record<string, string>, method = 'GET') {
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return { method, get: (name: string) => lower[name.toLowerCase()] ?? '' };
}

/** What in-app browsers of Android put into each navigation, and Chrome's WebView without an origin trial. */
const APPS = ['com.facebook.katana', 'com.instagram.android', 'com.google.android.gm', 'com.tencent.mm', ''];

describe('a navigation', () => {
  test.each<[string, Record<string, string>]>([
    ['Chrome', { ...NAVIGATE, Accept: CHROME, 'Upgrade-Insecure-Requests': '1' }],
    ['Chrome in a hidden frame, as for prompt=none', { ...NAVIGATE, 'Sec-Fetch-Dest': 'iframe', Accept: CHROME }],
    ['Firefox', { ...NAVIGATE, Accept: SAFARI, 'Upgrade-Insecure-Requests': '1', Priority: 'u=0, i' }],
    ['Safari', { ...NAVIGATE, Accept: SAFARI }],
    ['a browser without fetch metadata', { Accept: SAFARI }],
    ['Chrome, with a purpose that is no prefetch', { ...NAVIGATE, Accept: CHROME, 'Sec-Purpose': 'translate' }],
    ['a program', {}],
    ['curl', { Accept: '*/*' }],
    ['a program that prefers HTML to JSON', { Accept: 'application/json;q=0.1, text/html' }],
    ['a program that takes HTML as well as JSON', { Accept: 'application/json, text/html' }],
    ...APPS.map((app): [string, Record<string, string>] => [
      `the in-app browser of "${app}"`,
      { ...NAVIGATE, Accept: CHROME, 'X-Requested-With': app },
    ]),
  ])('is what %s sends', (_who, headers) => {
    expect(isNavigation(request(headers))).toBe(true);
    expect(isNavigation(request(headers, 'POST'))).toBe(true);
    expect(isNavigation(request(headers, 'HEAD'))).toBe(false);
  });

  test.each<[string, Record<string, string>]>([
    ['a fetch', { 'Sec-Fetch-Mode': 'cors', Accept: '*/*' }],
    ['an image', { 'Sec-Fetch-Mode': 'no-cors', Accept: 'image/avif,*/*;q=0.8' }],
    ['jQuery', { 'X-Requested-With': 'XMLHttpRequest', Accept: 'text/html, */*; q=0.01' }],
    ['a prefetch of Chrome', { ...NAVIGATE, Accept: CHROME, 'Sec-Purpose': 'prefetch' }],
    ['a prefetch of Chrome through a proxy', { Accept: CHROME, 'Sec-Purpose': 'prefetch;anonymous-client-ip' }],
    ['a prerender of Chrome', { ...NAVIGATE, Accept: CHROME, 'Sec-Purpose': 'prefetch;prerender' }],
    ['a prefetch of an earlier Chrome', { Accept: CHROME, Purpose: 'prefetch' }],
    ['a prefetch of an earlier Firefox', { Accept: SAFARI, 'X-Moz': 'prefetch' }],
    ["a preview of an earlier Safari and of Facebook's app", { Accept: SAFARI, 'X-Purpose': 'preview' }],
    ['axios', { Accept: 'application/json, text/plain, */*' }],
    ['a script that prefers JSON', { Accept: 'text/html;q=0.5, application/json' }],
  ])('is not what %s sends', (_who, headers) => {
    expect(isNavigation(request(headers))).toBe(false);
  });
});

describe('an Accept header', () => {
  test.each([
    ['application/json', true],
    ['Application/JSON', true],
    ['application/json; charset=utf-8', true],
    ['application/*', true],
    ['application/json, */*', true],
    ['application/json;q=0.9, text/html;q=0.8', true],
    ['text/html;q=0, application/json;q=0.1', true],
    ['application/json;q=0', false],
    ['application/json;q=0, */*', false],
    ['application/json;q=0.8, text/html;q=0.9', false],
    ['application/jsonp', false],
    ['application/problem+json', false],
    ['*/*', false],
    ['*/*;q=0', false],
    ['', false],
    [undefined, false],
    [CHROME, false],
    [SAFARI, false],
  ])('%j prefers JSON to a page: %s', (accept, prefers) => {
    expect(prefersJson(accept)).toBe(prefers);
  });

  test.each([
    ['TEXT/HTML', true],
    ['text/*', true],
    ['text/html;q=0, text/*', false],
    ['text/html;q=nonsense', false],
    ['image/avif,image/webp,*/*;q=0.8', false],
    ['*/*', false],
  ])('%j names HTML: %s', (accept, names) => {
    expect(namesHtml(accept)).toBe(names);
  });
});
