import { describe, expect, test } from 'vitest';
import { check } from '#settings/faults.ts';
import { room } from '#settings/room.ts';
import { matchesPattern } from '#waiting-room/entry/pattern.ts';
import { mismatch, type RuleRequest, ruleFor } from '#waiting-room/entry/rules.ts';

const REQUEST: RuleRequest = {
  path: '/assets/app.css',
  isPlainPath: true,
  host: 'shop.example',
  method: 'GET',
  header: (name) => ({ 'user-agent': 'Mozilla/5.0 (X11) Firefox/140', 'x-beta': 'yes', 'cf-ipcountry': 'de' })[name],
  cookie: (name) => ({ vip: 'gold-7' })[name],
  address: '192.0.2.7',
  searchEngine: null,
  agents: [],
};
const settingsWith = (rules: unknown) => check(room, { id: 'sale', rules });

function rulesOf(rules: unknown) {
  const checked = settingsWith(rules);
  if (!checked.ok) throw new Error(JSON.stringify(checked.faults));
  return checked.value.rules ?? [];
}

const matches = (match: unknown, request: Partial<RuleRequest> = {}, action = 'wait') =>
  ruleFor(rulesOf([{ match, action }]), { ...REQUEST, ...request }) !== null;

describe('a rule', () => {
  test.each<[string, unknown, boolean, Partial<RuleRequest>?]>([
    ['no condition', {}, true],
    ['the same path', { path: '/assets/app.css' }, true],
    ['another path', { path: '/assets/app.cs' }, false],
    ['a pattern of paths', { path: '/assets/*' }, true],
    ['an ending', { path: '*.css' }, true],
    ['one of several paths', { path: ['/health', '/assets/*.css'] }, true],
    ['a path, for a request to no page', { path: '*' }, false, { path: null }],
    ['a host', { host: 'shop.example' }, true],
    ['subdomains', { host: '*.shop.example' }, false],
    ['a host that a request lacks', { host: '*' }, false, { host: null }],
    ['a method', { method: ['GET', 'HEAD'] }, true],
    ['another method', { method: 'POST' }, false],
    ['a header', { header: { 'X-Beta': 'yes' } }, true],
    ['a header that is there', { header: { 'X-Beta': '*' } }, true],
    ['a header that is not there', { header: { 'X-Alpha': '*' } }, false],
    ['two headers, of which one differs', { header: { 'X-Beta': 'yes', 'User-Agent': 'curl*' } }, false],
    ['a cookie', { cookie: { vip: 'gold-*' } }, true],
    ['a cookie of another name', { cookie: { VIP: 'gold-*' } }, false],
    ['an address', { address: '192.0.2.7' }, true],
    ['a network', { address: ['198.51.100.0/24', '192.0.2.0/24'] }, true],
    ['another network', { address: '192.0.2.8/29' }, false],
    ['a network of IPv6', { address: '2001:db8::/32' }, true, { address: '2001:db8:7::1' }],
    ['a network of IPv6, for another address', { address: '2001:db8::/32' }, false, { address: '2001:db9::1' }],
    ['all IPv4, for IPv6', { address: '0.0.0.0/0' }, false, { address: '::1' }],
    ['no address that can be read', { address: '0.0.0.0/0' }, false, { address: 'unknown' }],
    ['a country', { country_header: { 'CF-IPCountry': ['DE', 'AT'] } }, true],
    ['another country', { country_header: { 'CF-IPCountry': 'FR' } }, false],
    ['a user agent', { user_agent: '*FIREFOX/*' }, true],
    ['a search engine', { search_engine: 'google' }, true, { searchEngine: 'google' }],
    ['an agent', { agent: 'https://agent.example' }, true, { agents: ['https://agent.example'] }],
    ['an agent that did not sign', { agent: 'https://agent.example' }, false],
    ['a search engine that is an impostor', { search_engine: 'google' }, false],
    ['two conditions', { path: '/assets/*', host: 'shop.example' }, true],
    ['two conditions, of which one differs', { path: '/assets/*', host: 'other.example' }, false],
  ])('that names %s', (_, match, expected, request) => {
    expect(matches(match, request)).toBe(expected);
  });

  test('lets no request through by a path that servers may read differently', () => {
    const doubtful = { isPlainPath: false };
    expect(matches({ path: '/assets/*' }, doubtful, 'bypass')).toBe(false);
    expect(matches({ path: '/assets/*' }, doubtful, 'refuse')).toBe(true);
    expect(matches({ host: 'shop.example' }, doubtful, 'bypass')).toBe(true);
  });

  test('decides if it is the first that matches', () => {
    const rules = rulesOf([
      { match: { path: '/health' }, action: 'bypass' },
      { match: { path: '/assets/*' }, action: 'challenge' },
      { action: 'refuse' },
    ]);
    expect(ruleFor(rules, REQUEST)).toBe(rules[1]);
    expect(ruleFor(rules, { ...REQUEST, path: '/other' })).toBe(rules[2]);
    expect(ruleFor([], REQUEST)).toBeNull();
  });

  test('says which condition a request does not meet', () => {
    const [rule] = rulesOf([{ match: { path: '/assets/*', address: '198.51.100.1' }, action: 'bypass' }]);
    expect(rule && mismatch(rule, REQUEST)).toBe('address');
  });
});

test.each([
  ['*', '', true],
  ['a*a', 'a', false],
  ['a*a', 'aa', true],
  ['*b*b*', 'abcb', true],
  ['*b*b*', 'abc', false],
  ['a*bc*bcd', 'abcbcd', true],
  ['a*bc*bcd', 'abcd', false],
  ['a.c', 'abc', false],
  ['**', 'x', true],
])('the pattern %j of %j', (pattern, value, expected) => {
  expect(matchesPattern(pattern, value)).toBe(expected);
});

describe('rules with a fault', () => {
  test.each<[string, unknown, string]>([
    ['no action', [{ match: {} }], 'rules[0].action'],
    ['an unknown action', [{ action: 'allow' }], 'rules[0].action'],
    ['an unknown condition', [{ match: { url: '/x' }, action: 'wait' }], 'rules[0].match.url'],
    ['an empty list', [{ match: { path: [] }, action: 'wait' }], 'rules[0].match.path'],
    ['a path without a slash', [{ match: { path: 'health' }, action: 'bypass' }], 'rules[0].match.path'],
    ['a path with a query', [{ match: { path: '/x?y=1' }, action: 'bypass' }], 'rules[0].match.path'],
    ['a path with dots', [{ match: { path: '/x/../y' }, action: 'bypass' }], 'rules[0].match.path'],
    ['a path that is encoded', [{ match: { path: '/a%20b' }, action: 'bypass' }], 'rules[0].match.path'],
    ['a host with a scheme', [{ match: { host: 'https://a.example' }, action: 'wait' }], 'rules[0].match.host'],
    ['a host in upper case', [{ match: { host: 'A.example' }, action: 'wait' }], 'rules[0].match.host'],
    ['an unknown method', [{ match: { method: 'FETCH' }, action: 'wait' }], 'rules[0].match.method'],
    ['a header with a space', [{ match: { header: { 'a b': '*' } }, action: 'wait' }], 'rules[0].match.header.a b'],
    ['no header', [{ match: { header: {} }, action: 'wait' }], 'rules[0].match.header'],
    ['a network that is too long', [{ match: { address: '10.0.0.0/33' }, action: 'wait' }], 'rules[0].match.address'],
    [
      'a country by its name',
      [{ match: { country_header: { 'CF-IPCountry': 'Germany' } }, action: 'wait' }],
      'rules[0].match.country_header.CF-IPCountry',
    ],
    ['an agent by its path', [{ match: { agent: 'https://a.example/x' }, action: 'wait' }], 'rules[0].match.agent'],
    ['an agent without https', [{ match: { agent: 'http://a.example' }, action: 'wait' }], 'rules[0].match.agent'],
    ['an agent by part of a key', [{ match: { agent: 'JrQLj5P_89iXES9' }, action: 'wait' }], 'rules[0].match.agent'],
    ['an unknown engine', [{ match: { search_engine: 'askjeeves' }, action: 'wait' }], 'rules[0].match.search_engine'],
    [
      'a rule after one that matches all',
      [{ action: 'wait' }, { match: { path: '/' }, action: 'bypass' }],
      'rules[1].match',
    ],
    [
      'a rule within the pattern of another',
      [
        { match: { path: ['/assets/*', '/x'] }, action: 'wait' },
        { match: { path: '/assets/*.css', host: 'a.example' }, action: 'bypass' },
      ],
      'rules[1].match',
    ],
    [
      'a network within another',
      [
        { match: { address: '10.0.0.0/8' }, action: 'wait' },
        { match: { address: ['10.1.0.0/16', '10.2.3.4'] }, action: 'bypass' },
      ],
      'rules[1].match',
    ],
    [
      'the same header in another spelling',
      [
        { match: { header: { 'X-Beta': '*' } }, action: 'wait' },
        { match: { header: { 'x-beta': 'yes' } }, action: 'bypass' },
      ],
      'rules[1].match',
    ],
  ])('%s', (_, rules, field) => {
    const checked = settingsWith(rules);
    expect(checked.ok ? [] : checked.faults.map((fault) => fault.field)).toEqual([field]);
  });

  test.each<[string, unknown[]]>([
    [
      'wider rules after narrower ones',
      [
        { match: { path: '/a' }, action: 'wait' },
        { match: { path: '/*' }, action: 'bypass' },
      ],
    ],
    [
      'rules of different conditions',
      [
        { match: { path: '/a', host: 'x.example' }, action: 'wait' },
        { match: { path: '/a' }, action: 'bypass' },
      ],
    ],
    [
      'a refusal of what a rule lets through, for paths that servers may read differently',
      [
        { match: { path: '/assets/*' }, action: 'bypass' },
        { match: { path: '/assets/*' }, action: 'refuse' },
      ],
    ],
  ])('are not: %s', (_, rules) => {
    expect(settingsWith(rules)).toMatchObject({ ok: true });
  });
});
