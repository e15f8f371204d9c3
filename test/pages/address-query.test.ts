import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spell } from '#pages/waiting/address-query.ts';

const NONE: ReadonlySet<string> = new Set();
const OWN: ReadonlySet<string> = new Set(['own']);

const name = fc.oneof(
  fc.constantFrom('client_id', 'state', 'own', 'anteroom_owner', 'anteroom_names'),
  fc.string({ minLength: 1, maxLength: 5 }),
);
const value = fc.oneof(
  fc.string({ unit: 'binary-ascii' }),
  fc.string({ unit: 'grapheme' }),
  fc.constant('https://a.example/b?c=d&e'),
);
const pairs = fc.array(fc.tuple(name, value), { maxLength: 6 });

/** Every byte escaped, in lower case: a spelling that no serializer writes. */
const escaped = (text: string) =>
  [...Buffer.from(text.toWellFormed())].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');

describe('an authorization request in the waiting page’s address', () => {
  it('has one spelling, whatever spelling it arrived in', () => {
    fc.assert(
      fc.property(pairs, fc.constantFrom(NONE, OWN), fc.constantFrom(null, 'owner'), (given, own, owner) => {
        const wellFormed = given.map(([key, text]): [string, string] => [key.toWellFormed(), text.toWellFormed()]);
        const usual = new URLSearchParams(wellFormed).toString();
        const odd = wellFormed.map(([key, text]) => `${escaped(key)}=${escaped(text)}`).join('&');
        expect(spell(usual, own, owner)).toBe(spell(odd, own, owner));
      }),
      { numRuns: 2000 },
    );
  });

  it('lists its names once', () => {
    expect(spell('a=1&b=2&a=3', NONE, null)).toBe('a=1&a=3&b=2&anteroom_names=a*b');
    expect(spell('a=%2f&b=+', NONE, 'me')).toBe('a=%2F&b=+&anteroom_owner=me&anteroom_names=a*b');
    expect(spell('a=%2F&b=+', NONE, 'me')).toBe('a=%2F&b=+&anteroom_owner=me&anteroom_names=a*b');
  });

  it.each(['own', 'anteroom_owner', 'anteroom_names'])('leaves out %s, which no request brings along', (ours) => {
    expect(spell(`a=1&${ours}=2`, OWN, null)).toBe('a=1&anteroom_names=a');
  });
});
