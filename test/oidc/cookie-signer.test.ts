import { describe, expect, test } from 'vitest';
import { createCookieSigner } from '#oidc/cookie-signer.ts';
import { createSeal } from '#waiting-room/seal.ts';

const signer = createCookieSigner(createSeal(['new key', 'old key']));
const pair = 'anteroom_session=abc';

describe('the signature of a cookie', () => {
  test('covers its name and its value', () => {
    const signature = signer.sign(pair);
    expect([signer.verify(pair, signature), signer.index(pair, signature)]).toEqual([true, 0]);
    for (const other of ['anteroom_session=abd', 'anteroom_resume=abc', `${pair} `]) {
      expect([signer.verify(other, signature), signer.index(other, signature)]).toEqual([false, -1]);
    }
    expect(signer.index(pair, '')).toBe(-1);
  });

  test('stays valid after a new key is prepended, and is invalid with other keys', () => {
    expect(signer.index(pair, createCookieSigner(createSeal(['old key'])).sign(pair))).toBe(0);
    expect(signer.index(pair, createCookieSigner(createSeal(['foreign key'])).sign(pair))).toBe(-1);
  });

  test('differs from the stamp of the same text for another purpose', () => {
    expect(signer.verify(pair, createSeal(['new key']).stamp(pair))).toBe(false);
  });
});
