import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { profileNames, profileOf, profiles } from '#settings/profiles/index.ts';
import type { RelyingPartyInput } from '#settings/relying-party.ts';
import { relyingParty } from '#settings/relying-party.ts';
import { warningsOf } from '#settings/relying-party-warnings.ts';
import { say } from '#support/say.ts';

const REDIRECT = new URL('https://shop.example/oauth2/callback');
const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const linkOf = (profile: string, state: string) => profileOf(profile).deepLink?.(state, REDIRECT)?.href ?? null;

describe('a profile', () => {
  test.each([
    ['nginx', 90],
    ['mod-auth-openidc', 300],
    ['envoy', 600],
    ['kong', 600],
    ['traefik', 600],
    ['generic', 600],
    ['oauth2-proxy', 900],
    ['alb', 900],
    ['spring', 1800],
    ['express-openid-connect', null],
    ['istio', null],
  ])('%s knows the login window of its relying party: %s seconds', (profile, seconds) => {
    const party = z.decode(relyingParty, input({ profile: profile as 'generic' }));
    expect(party.login_window).toBe(seconds === null ? null : seconds * 1000);
  });

  test.each([
    ['alb', true],
    ['express-openid-connect', true],
    ['istio', true],
    ['nginx', true],
    ['oauth2-proxy', true],
    ['envoy', false],
    ['mod-auth-openidc', false],
    ['traefik', false],
  ])('%s knows whether a newer login makes the older one of a browser void: %s', (profile, isVoid) => {
    expect(profileOf(profile).oneLogin).toBe(isVoid);
  });

  test('says how to end the session of its relying party with the admission', () => {
    for (const name of profileNames) expect(profiles[name].session, name).toMatch(/\w{3}.*\./);
  });

  test('that is not known is generic', () => {
    expect(profileOf('constructor')).toBe(profiles.generic);
  });

  test('has a default login window, which a setting overrides', () => {
    const set = (login_window: string | null) => z.decode(relyingParty, input({ profile: 'alb', login_window }));
    expect(set('5m').login_window).toBe(300_000);
    expect(set(null).login_window).toBeNull();
    expect(z.encode(relyingParty, set(null)).login_window).toBeNull();
  });
});

describe('the page that a visitor requested is read from the state', () => {
  test.each([
    ['envoy', encoded({ url: 'https://shop.example/a?b=c%20d#e', csrf_token: 'x', flow_id: 'y' })],
    ['oauth2-proxy', 'n0n-ce_:/a?b=c%20d#e'],
    ['oauth2-proxy', Buffer.from('n0n-ce_:/a?b=c%20d#e').toString('base64url')],
    ['oauth2-proxy', 'n0n-ce_:https://shop.example/a?b=c%20d#e'],
    ['express-openid-connect', encoded({ returnTo: 'https://shop.example/a?b=c%20d#e' })],
    ['express-openid-connect', encoded({ returnTo: '/a?b=c%20d#e' })],
    ['traefik', 'n0nce:oidc:https://shop.example/a?b=c%20d#e'],
  ])('of %s: %s', (profile, state) => {
    expect(linkOf(profile, state)).toBe('https://shop.example/a?b=c%20d#e');
  });

  test.each(profileNames)('but not from a malformed state of %s', (profile) => {
    const states = [
      '',
      ':',
      '::',
      '%',
      '\u0000',
      'x'.repeat(10_000),
      encoded(null),
      encoded([]),
      encoded('a'),
      encoded({}),
      encoded({ url: 7, returnTo: {} }),
      encoded({ url: '', returnTo: '' }),
      encoded({ url: null, returnTo: null }),
      Buffer.from([0xff, 0xfe, 0x00]).toString('base64url'),
    ];
    for (const state of states) expect(linkOf(profile, state), state.slice(0, 40)).toBeNull();
  });

  const NASTY = [
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'https://user@shop.example/',
    'https://user:pass@shop.example/',
    'https://shop.example@evil.example/',
    'https:\\\\evil.example/',
    '/\\evil.example',
    '\\\\evil.example',
    '/\tevil',
    '/a\nb',
    '/a\u0000b',
    '/a\u007fb',
    ' /a',
    'https://shop.example/ a',
    'https://',
    `/${'a'.repeat(5000)}`,
  ];
  test.each(NASTY.map((link) => [link.slice(0, 40), link]))('but not if the link misleads: %j', (_begins, link) => {
    expect(linkOf('envoy', encoded({ url: link }))).toBeNull();
    expect(linkOf('express-openid-connect', encoded({ returnTo: link }))).toBeNull();
    expect(linkOf('oauth2-proxy', `nonce:${link}`)).toBeNull();
    expect(linkOf('oauth2-proxy', Buffer.from(`nonce:${link}`).toString('base64url'))).toBeNull();
    expect(linkOf('traefik', `nonce:oidc:${link}`)).toBeNull();
  });

  test('but not from an opaque state, as of ALB, Apache or Spring', () => {
    const opaque = ['generic', 'alb', 'mod-auth-openidc', 'nginx', 'spring', 'istio', 'kong', 'cloudflare-access'];
    for (const name of opaque) expect(profileOf(name).deepLink, name).toBeNull();
  });
});

describe('a third-party initiated login', () => {
  test('starts at a path of Spring that follows from the redirect URI', () => {
    const begin = profiles.spring.initiateLoginUri;
    const uri = new URL('https://shop.example/app/login/oauth2/code/anteroom');
    expect(begin?.(uri)?.href).toBe('https://shop.example/app/oauth2/authorization/anteroom');
    expect(begin?.(REDIRECT)).toBeNull();
  });
});

describe('a warning', () => {
  const warned = (party: Partial<RelyingPartyInput>, issuer = 'https://line.example') =>
    warningsOf(z.decode(relyingParty, input(party)), issuer).map(say);

  test.each([
    ['generic', 'https://shop.example/callback'],
    ['alb', 'https://shop.example/oauth2/idpresponse'],
    ['envoy', 'https://shop.example/oauth2/callback'],
    ['envoy', 'http://localhost:8080/oauth2/callback'],
    ['oauth2-proxy', 'http://shop.internal/oauth2/callback'],
    ['generic', 'http://shop:8080/callback'],
    ['generic', 'http://10.0.0.7/callback'],
    ['generic', 'http://[fd00::7]/callback'],
    ['spring', 'https://shop.example/login/oauth2/code/anteroom'],
    ['cloudflare-access', 'https://team.cloudflareaccess.com/cdn-cgi/access/callback'],
  ])('is not given for %s at %s', (profile, uri) => {
    expect(warned({ profile: profile as 'generic', redirect_uris: [uri] })).toEqual([]);
  });

  test.each<[string, RegExp, Partial<RelyingPartyInput>, string?]>([
    [
      'a redirect URI with a path that ALB does not use',
      /Register https:\/\/shop\.example\/oauth2\/idpresponse\.$/,
      { profile: 'alb' },
    ],
    [
      'http where https is required',
      /^redirect_uris has http:.*Envoy works over https only/,
      { profile: 'envoy', redirect_uris: ['http://shop.example/cb'] },
    ],
    [
      'http where a session cookie is Secure',
      /^redirect_uris has http:.*Istio authservice works over https only/,
      { profile: 'istio', redirect_uris: ['http://shop.example/oauth/callback'] },
    ],
    [
      'http on a public host',
      /^redirect_uris has http:.*unencrypted. Register the https URL\.$/,
      { redirect_uris: ['http://shop.example/callback'] },
    ],
    [
      'http on a public address',
      /^redirect_uris has http:.*unencrypted/,
      { profile: 'oauth2-proxy', redirect_uris: ['http://203.0.113.7/oauth2/callback'] },
    ],
    [
      'a wildcard in a redirect URI',
      /no wildcards\. Register each host’s URL\.$/,
      { redirect_uris: ['https://*.shop.example/callback'] },
    ],
    ['an http issuer for ALB', /^ISSUER is http:/, alb({}), 'http://line.example'],
    [
      'a missing secret where one is required',
      /^client_secret is not set, but AWS ALB/,
      alb({ client_secret: undefined }),
    ],
    [
      'a login window longer than that of ALB',
      /^login_window is longer than the fixed 15m/,
      alb({ login_window: '1h' }),
    ],
    ['an unlimited login window for ALB', /^login_window is longer than the fixed 15m/, alb({ login_window: null })],
    [
      'missing resources where the client cannot name one',
      /^resources is not set: .*API’s audience\.$/,
      { profile: 'api-gateway' },
    ],
    [
      'a missing landing page',
      /^landing_url is not set: .* 10m is sent to https:\/\/shop\.example\/\./,
      { landing_url: null },
    ],
    [
      'a missing landing page of an app',
      /is sent to a page that only explains/,
      { landing_url: null, redirect_uris: ['com.example.app:/cb'] },
    ],
  ])('is given for %s', (_what, warning, party, issuer) => {
    expect(warned(party, issuer)).toEqual([expect.stringMatching(warning)]);
  });

  test('is not given where resources name the API', () => {
    expect(warned({ profile: 'api-gateway', resources: ['https://api.example/'] })).toEqual([]);
  });

  test.each<Partial<RelyingPartyInput>>([
    { profile: 'envoy' },
    { initiate_login_uri: 'https://shop.example/login' },
    { login_window: null },
    { profile: 'spring', redirect_uris: ['https://shop.example/login/oauth2/code/a'] },
  ])('is not given for a missing landing page that is not needed: %j', (party) => {
    expect(warned({ ...party, landing_url: null })).toEqual([]);
  });

  function alb(party: Partial<RelyingPartyInput>): Partial<RelyingPartyInput> {
    return { profile: 'alb', redirect_uris: ['https://shop.example/oauth2/idpresponse'], ...party };
  }
});

function input(party: Partial<RelyingPartyInput>): RelyingPartyInput {
  return {
    client_id: 'shop',
    client_secret: 'change-me',
    room: 'sale',
    redirect_uris: [REDIRECT.href],
    landing_url: 'https://shop.example/',
    ...party,
  };
}
