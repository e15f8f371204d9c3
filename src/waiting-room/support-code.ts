/**
 * The four characters beside a visitor's number, which prove to a support desk that the number is theirs: a number alone
 * can be guessed. They are a keyed function of the line and the number, under keys of COOKIE_KEYS: the first key makes
 * them, every key checks them.
 */
import { type Cipheriv, createCipheriv, createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import { lineOf } from './lanes.ts';
import { memoizeRecent } from './memoize-recent.ts';
import { deriveKey } from './seal.ts';
import type { Ticket } from './ticket.ts';

/** No 0 and O, no 1, I and L, and no U, which looks like V. */
const ALPHABET = '23456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 4;
/** A block of AES. */
const BLOCK = 16;
/** Lines whose keys a process keeps. */
const LINES = 1000;

/** A number of a line. */
export type NumberOfLine = Pick<Ticket, 'room' | 'lane' | 'incarnation' | 'generation' | 'number'>;

export interface SupportCodes {
  /** The code of a number, `K7QF`. The answer is kept for as long as its argument lives. */
  of(numbered: NumberOfLine): string;
  /** Ignores case, and space around it. */
  isOf(numbered: NumberOfLine, code: string): boolean;
}

export function createSupportCodes(cookieKeys: readonly string[]): SupportCodes {
  const makers = cookieKeys.map((secret) => createCodes(deriveKey(secret, 'support code')));
  const [first] = makers;
  if (!first) throw new TypeError('at least one key is needed');
  const made = new WeakMap<NumberOfLine, string>();

  return {
    of(numbered) {
      const known = made.get(numbered);
      if (known !== undefined) return known;
      const code = first(numbered);
      made.set(numbered, code);
      return code;
    },
    isOf(numbered, code) {
      const given = Buffer.from(code.trim().toUpperCase());
      if (given.length !== LENGTH) return false;
      return makers.some((make) => timingSafeEqual(Buffer.from(make(numbered)), given));
    },
  };
}

/** One block of AES under a key of the line's own costs a fifth of an HMAC, and nearly all polls need one. */
function createCodes(key: KeyObject): (numbered: NumberOfLine) => string {
  const ciphers = memoizeRecent((line): Cipheriv => {
    const ofLine = createHmac('sha256', key).update(line).digest();
    return createCipheriv('aes-256-ecb', ofLine, null);
  }, LINES);
  const block = Buffer.alloc(BLOCK);

  return (numbered) => {
    const { incarnation, generation, number } = numbered;
    // No part has a space in it.
    const cipher = ciphers.get(`${lineOf(numbered)} ${incarnation} ${generation}`);
    block.writeUIntBE(number, 0, 6);
    let rest = cipher?.update(block).readUIntBE(0, 6) ?? 0;
    let code = '';
    while (code.length < LENGTH) {
      code += ALPHABET[rest % ALPHABET.length];
      rest = Math.floor(rest / ALPHABET.length);
    }
    return code;
  };
}
