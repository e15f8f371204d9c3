import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isReturnUrl, takeToken, withToken } from '#waiting-room/return-urls.ts';

const ALLOWED = ['https://shop.example/sale', 'https://app.example/', 'http://localhost:3001/'];

describe('a return URL', () => {
  test.each([
    'https://shop.example/sale',
    'https://shop.example/sale/',
    'https://shop.example/sale?a=1&b=%2F..%2F#part',
    'https://shop.example/sale/seats/12;v=1?x=/../y',
    'https://SHOP.example/sale',
    'https://shop.example:443/sale',
    'https://app.example',
    'https://app.example/anything',
    'https://app.example?q',
    'http://localhost:3001/a',
  ])('is under the prefix: %s', (url) => {
    expect(isReturnUrl(url, ALLOWED)).toBe(true);
  });

  test.each([
    ['another host', 'https://evil.example/sale'],
    ['a host with the same beginning', 'https://shop.example.evil.example/sale'],
    ['a host with the same end', 'https://evilshop.example/sale'],
    ['another scheme', 'http://shop.example/sale'],
    ['another port', 'https://shop.example:8443/sale'],
    ['a path with the same beginning', 'https://shop.example/salesroom'],
    ['a path above', 'https://shop.example/'],
    ['userinfo', 'https://shop.example@evil.example/sale'],
    ['userinfo before the right host', 'https://evil.example@shop.example/sale'],
    ['empty userinfo', 'https://@shop.example/sale'],
    ['a backslash for a slash', 'https://shop.example\\@evil.example/sale'],
    ['backslashes after the scheme', 'https:\\\\shop.example\\sale'],
    ['one slash', 'https:/shop.example/sale'],
    ['three slashes', 'https:///shop.example/sale'],
    ['no scheme', '//shop.example/sale'],
    ['a path alone', '/sale'],
    ['a parent segment', 'https://shop.example/sale/../admin'],
    ['a parent segment and a way back', 'https://shop.example/x/../sale'],
    ['an escaped parent segment', 'https://shop.example/sale/%2e%2E/admin'],
    ['a parent segment behind an escaped slash', 'https://shop.example/sale/..%2fadmin'],
    ['a parent segment behind an escaped backslash', 'https://shop.example/sale%5c..%5cadmin'],
    ['a parent segment with a parameter', 'https://shop.example/sale/..;/admin'],
    ['a parent segment with an escaped parameter', 'https://shop.example/sale/%2e.%3Bv=1/admin'],
    ['a script', 'javascript:alert(1)//https://shop.example/sale'],
    ['data', 'data:text/html,https://shop.example/sale'],
    ['a line break', 'https://shop.example/sale\r\nSet-Cookie: a=b'],
    ['a tab, which parsers drop', 'https://shop.exam\tple/sale'],
    ['a leading space', ' https://shop.example/sale'],
    ['a space inside', 'https://shop.example/sale a'],
    ['characters outside ASCII', 'https://shop.example/sale/é'],
    ['a full-width slash', 'https://shop.example／sale'],
    ['a host that a parser refuses', 'https://shop.example%00/sale'],
    ['nothing', ''],
  ])('is refused with %s: %s', (_what, url) => {
    expect(isReturnUrl(url, ALLOWED)).toBe(false);
  });

  test('is refused if the room has no return URLs', () => {
    expect(isReturnUrl('https://shop.example/sale', [])).toBe(false);
  });
});

describe('a token in a URL', () => {
  test.each([
    ['https://shop.example', 'https://shop.example?anteroom_token=T'],
    ['https://shop.example/a?', 'https://shop.example/a?&anteroom_token=T'],
    ['https://shop.example/a&b?c=d', 'https://shop.example/a&b?c=d&anteroom_token=T'],
    ['https://shop.example/a#b?c', 'https://shop.example/a?anteroom_token=T#b?c'],
  ])('is added to %s', (url, with_) => {
    expect(withToken(url, 'T')).toBe(with_);
  });

  test('is removed without changing another byte', () => {
    const part = fc.string({ unit: fc.constantFrom(...'ab&=?%2/;+.~!'.split('')) });
    fc.assert(
      fc.property(part, fc.option(part), (path, query) => {
        const url = `https://shop.example/${path.replaceAll('?', '')}${query === null ? '' : `?${query}`}`;
        expect(takeToken(withToken(url, 'abc.def'))).toEqual({ url, token: 'abc.def' });
      }),
    );
  });

  test('is the last of several, and all are removed', () => {
    expect(takeToken('/x?anteroom_token=one&a=1&anteroom_token=two&b')).toEqual({ url: '/x?a=1&b', token: 'two' });
  });

  test('is not a parameter whose name ends the same', () => {
    const url = '/x?my_anteroom_token=1&q=anteroom_token=2';
    expect(takeToken(url)).toEqual({ url, token: null });
  });
});
