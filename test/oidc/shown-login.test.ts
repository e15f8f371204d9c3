/** What the waiting page reads from a pending request's text is what a parser of queries finds in it. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { spell } from '#pages/waiting/address-query.ts';
import { asksForLogin } from '../../src/oidc/authorize/login-due.ts';
import { createDescribePending, createShownLogin } from '../../src/oidc/authorize/pending-login.ts';
import { webHostOf } from '../../src/oidc/redirect-uri.ts';

const describePending = createDescribePending({
  open: (_clientId, requestUri) =>
    requestUri?.startsWith('urn:') ? { query: 'redirect_uri=https://pushed.example/&max_age=5', expiresAt: 0 } : null,
});
const shownLogin = createShownLogin(describePending);
/** As an address carries it, behind which its marks are. */
const travelling = (query: string) =>
  ({
    kind: 'travelling',
    query: spell(query, new Set(), null).replace(/&anteroom_names=.*$/, ''),
    owner: null,
    arrivedAt: 0,
  }) as const;

function parsed(query: string) {
  const { request } = describePending(travelling(query));
  return {
    mayAsk: asksForLogin(request.get('prompt'), request.get('max_age')),
    site: webHostOf(request.get('redirect_uri')),
  };
}

it.each([
  ['client_id=shop&redirect_uri=https%3A%2F%2Fshop.example%2Fcallback', { mayAsk: false, site: 'shop.example' }],
  ['redirect_uri=com.example.app:/callback', { mayAsk: false, site: null }],
  ['redirect_uri=https://shop.example/&redirect_uri=https://other.example/', { mayAsk: false, site: 'shop.example' }],
  ['a_redirect_uri=https://other.example/', { mayAsk: false, site: null }],
  ['redirect_uri=https://shop.example/&prompt=none+login', { mayAsk: true, site: 'shop.example' }],
  ['redirect_uri=https://shop.example/&prom%70t=login', { mayAsk: true, site: 'shop.example' }],
  ['redirect_uri=https://shop.example/&max%5Fage=5', { mayAsk: true, site: 'shop.example' }],
  ['redirect_uri=https://shop.example/&state=prompt%3Dlogin', { mayAsk: false, site: 'shop.example' }],
  ['client_id=shop&request_uri=urn:a', { mayAsk: true, site: 'pushed.example' }],
])('reads %s', (query, shown) => {
  expect(shownLogin(travelling(query))).toEqual(shown);
});

it('finds what a parser finds, however the request was written', () => {
  const name = fc.constantFrom(
    'redirect_uri',
    'prompt',
    'max_age',
    'request_uri',
    'state',
    'redirect%5Furi',
    'x y',
    '',
  );
  const value = fc.oneof(
    fc.constantFrom('login', 'https://shop.example/a?b=c&redirect_uri=https://other.example', 'urn:a', '%ff', 'é'),
    fc.string(),
  );
  const pair = fc.tuple(name, value, fc.boolean()).map(([n, v, raw]) => `${n}=${raw ? v : encodeURIComponent(v)}`);
  fc.assert(
    fc.property(fc.array(pair, { maxLength: 6 }), (pairs) => {
      const query = pairs.join('&');
      expect(shownLogin(travelling(query))).toEqual(parsed(query));
    }),
  );
});
