import { describe, expect, test } from 'vitest';
import { createCookieSigner } from '#oidc/cookie-signer.ts';
import { createSeal } from '#waiting-room/seal.ts';

const signer = createCookieSigner(createSeal(['new key', 'old key']));
const pair = 'anteroom_session=abc';

describe('the signature of a cookie', () => {
  test('is that of its name and its value', () => {
    const signature = signer.sign(pair);
    expect([signer.verify(pair, signature), signer.index(pair, signature)]).toEqual([true, 0]);
    for (const other of ['anteroom_session=abd', 'anteroom_resume=abc', `${pair} `]) {
      expect([signer.verify(other, signature), signer.index(other, signature)]).toEqual([false, -1]);
    }
    expect(signer.index(pair, '')).toBe(-1);
  });

  test('holds after a new key was put in front, and not with foreign keys', () => {
    expect(signer.index(pair, createCookieSigner(createSeal(['old key'])).sign(pair))).toBe(0);
    expect(signer.index(pair, createCookieSigner(createSeal(['foreign key'])).sign(pair))).toBe(-1);
  });

  test('is no stamp of the same text for another purpose', () => {
    expect(signer.verify(pair, createSeal(['new key']).stamp(pair))).toBe(false);
  });
});
