import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { createTakeBasePath } from '#http/base-path.ts';
import { createPublicUrls } from '#http/public-urls.ts';

/** What a target becomes; null if it is refused. */
function taken(basePath: string, target: string): string | null {
  const req = { url: target } as IncomingMessage;
  const isInside = createTakeBasePath(basePath)?.(req);
  if (!isInside) expect(req.url).toBe(target);
  return isInside ? (req.url ?? '') : null;
}

test.each([
  ['/line/rooms/a/status', '/rooms/a/status'],
  ['/line/authorize?client_id=a&x=/line/', '/authorize?client_id=a&x=/line/'],
  ['/line/', '/'],
  ['/line', '/'],
  ['/line?x=1', '/?x=1'],
  ['/line/line', '/line'],
  ['/line//a', '//a'],
  ['/line/../a', '/../a'],
  ['/livez', '/livez'],
  ['/readyz?x', '/readyz?x'],
  ['/metrics', '/metrics'],
  ['/line/metrics', '/metrics'],
  ['/.well-known/oauth-authorization-server/line', '/.well-known/oauth-authorization-server'],
  ['/line/.well-known/openid-configuration', '/.well-known/openid-configuration'],
  ['/', null],
  ['/lines', null],
  ['/line2/a', null],
  ['/LINE/a', null],
  ['/a/line/b', null],
  ['/a/../line/b', null],
  ['/%6cine/a', null],
  ['/authorize', null],
  ['/livez/', null],
  ['/.well-known/openid-configuration', null],
  ['/.well-known/openid-configuration/line', null],
  ['*', null],
])('below /line, the target %s becomes %s', (target, route) => expect(taken('/line', target)).toBe(route));

test('a path may have several parts', () => {
  expect(taken('/shop/line', '/shop/line/jwks')).toBe('/jwks');
  expect(taken('/shop/line', '/line/jwks')).toBeNull();
});

test('on a host of its own, no target is looked at', () => expect(createTakeBasePath('')).toBeNull());

test.each([
  ['https://line.example', '/jwks', 'https://line.example/jwks'],
  ['https://shop.example/line', '/line/jwks', 'https://shop.example/line/jwks'],
  ['http://localhost:3000/a/b', '/a/b/jwks', 'http://localhost:3000/a/b/jwks'],
])('at %s, the keys are at %s', (issuer, path, url) => {
  const urls = createPublicUrls(issuer);
  expect([urls.pathOf('/jwks'), urls.urlOf('/jwks')]).toEqual([path, url]);
});

test.each([
  ['https://shop.example/line', true],
  ['https://shop.example/line/', true],
  ['https://shop.example/line?x', true],
  ['https://shop.example/line/rooms/a/enter', true],
  ['http://shop.example/line/a', true],
  ['https://SHOP.example/a/../line/b', true],
  ['https://shop.example/', false],
  ['https://shop.example/lines', false],
  ['https://shop.example/a?return_to=https://shop.example/line/', false],
  ['https://other.example/line/', false],
  ['https://shop.example:8443/line/', false],
  ['no URL', false],
])('whether %s is an address of the service at shop.example/line: %s', (url, isOwn) => {
  expect(createPublicUrls('https://shop.example/line').isOwn(url)).toBe(isOwn);
  expect(createPublicUrls('https://shop.example').isOwn(url)).toBe(false);
});
