import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSeal, deriveKey } from '#waiting-room/seal.ts';

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const content = Buffer.from('thirty-three bytes, as a ticket..');
const seal = createSeal(['the key']);
const text = (opened: Uint8Array | null) => opened && Buffer.from(opened).toString();

describe('a seal', () => {
  test('opens for the same context', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), fc.string(), (bytes, context) => {
        expect(seal.open(seal.seal(bytes, context), context)).toEqual(Buffer.from(bytes));
      }),
    );
  });

  test('is URL-safe text, different each time', () => {
    const [one, two] = [seal.seal(content, 'c'), seal.seal(content, 'c')];
    expect(one).toMatch(/^[\w-]+$/);
    expect(one).not.toBe(two);
  });

  test('reveals nothing of its content', () => {
    expect(Buffer.from(seal.seal(content, 'c'), 'base64url').includes('ticket')).toBe(false);
  });

  test('does not open for another context', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        fc.pre(one !== other);
        expect(seal.open(seal.seal(content, one), other)).toBeNull();
      }),
    );
  });

  test('does not open with another key, even one with the same id', () => {
    const sealed = seal.seal(content, 'c');
    for (let n = 0; n < 600; n++) expect(createSeal([`key ${n}`]).open(sealed, 'c')).toBeNull();
  });

  test('does not open with any of its bits changed', () => {
    const bytes = Buffer.from(seal.seal(content, 'c'), 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const altered = Buffer.from(bytes);
      altered.writeUInt8(altered.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(seal.open(altered.toString('base64url'), 'c')).toBeNull();
    }
  });

  test('does not open with any character changed, removed or added', () => {
    const sealed = seal.seal(content, 'c');
    for (let at = 0; at < sealed.length; at++) {
      const [before, after] = [sealed.slice(0, at), sealed.slice(at + 1)];
      for (const letter of BASE64URL.replace(sealed.charAt(at), '')) {
        expect(seal.open(before + letter + after, 'c')).toBeNull();
      }
      for (const altered of [before + after, `${before}!${sealed.slice(at)}`, `${before} ${sealed.slice(at)}`]) {
        expect(seal.open(altered, 'c')).toBeNull();
      }
    }
    for (const tail of ['=', '!', 'A', '\n']) expect(seal.open(sealed + tail, 'c')).toBeNull();
  });

  test('does not open from arbitrary text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String(), fc.string({ minLength: 39 })), (any) => {
        expect(seal.open(any, 'c')).toBeNull();
      }),
    );
  });

  test('needs a key', () => {
    expect(() => createSeal([])).toThrow(TypeError);
  });
});

describe('keys are rotated by prepending the new one', () => {
  const [old, both, fresh] = [createSeal(['old']), createSeal(['new', 'old']), createSeal(['new'])];

  test('a seal of the old key opens while that key is listed', () => {
    const sealed = old.seal(content, 'c');
    expect(text(both.open(sealed, 'c'))).toBe(content.toString());
    expect(fresh.open(sealed, 'c')).toBeNull();
  });

  test('the new key seals', () => {
    const sealed = both.seal(content, 'c');
    expect(text(fresh.open(sealed, 'c'))).toBe(content.toString());
    expect(old.open(sealed, 'c')).toBeNull();
  });

  test('the same holds for stamps', () => {
    expect([both, fresh, old].map((each) => each.isStampOf('text', old.stamp('text')))).toEqual([true, false, true]);
    expect([both, fresh, old].map((each) => each.isStampOf('text', both.stamp('text')))).toEqual([true, true, false]);
  });

  test('two keys with the same id are distinguished', () => {
    const keys = Array.from({ length: 600 }, (_, n) => `key ${n}`);
    const many = createSeal(keys);
    for (const key of keys) {
      expect(text(many.open(createSeal([key]).seal(content, 'c'), 'c'))).toBe(content.toString());
    }
  });
});

describe('a stamp', () => {
  test('is 22 URL-safe characters, the same each time', () => {
    expect(seal.stamp('text')).toMatch(/^[\w-]{22}$/);
    expect(seal.stamp('text')).toBe(seal.stamp('text'));
  });

  test('matches its text and no other', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        expect(seal.isStampOf(one, seal.stamp(one))).toBe(true);
        expect(seal.isStampOf(other, seal.stamp(one))).toBe(one === other);
      }),
    );
  });

  test('does not match with any character changed, removed or added', () => {
    const stamp = seal.stamp('text');
    for (let at = 0; at < stamp.length; at++) {
      for (const letter of BASE64URL.replace(stamp.charAt(at), '')) {
        expect(seal.isStampOf('text', stamp.slice(0, at) + letter + stamp.slice(at + 1))).toBe(false);
      }
    }
    for (const other of ['', `${stamp}=`, `${stamp}!`, stamp.slice(1), ` ${stamp}`, 'é'.repeat(11)]) {
      expect(seal.isStampOf('text', other)).toBe(false);
    }
  });
});

test('a stamp is the beginning of an HMAC-SHA-256, of any text of any length', () => {
  const key = deriveKey('the key', 'stamping');
  const isStamped = (text: string) => {
    const stamp = createHmac('sha256', key).update(text).digest('base64url').slice(0, 22);
    return seal.stamp(text) === stamp && seal.isStampOf(text, stamp);
  };
  fc.assert(fc.property(fc.string({ unit: 'binary' }), isStamped));
  const lengths = [0, 1, 55, 56, 63, 64, 5439, 5440, 5441, 9000];
  for (const length of lengths)
    for (const unit of ['a', 'é', '漢', '😀']) expect(isStamped(unit.repeat(length))).toBe(true);
});
