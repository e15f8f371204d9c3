/**
 * Seals data that a browser may carry but not read or change: AES-256-GCM for seals, HMAC-SHA-256 for stamps. The keys
 * are derived from COOKIE_KEYS. The first key seals and every key opens, so prepending a key rotates them.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  timingSafeEqual,
} from 'node:crypto';
import { randomPool } from './random-pool.ts';

const IV = 12;
/** How many initialization vectors to generate at once. */
const IVS = 256;
const TAG = 16;
/** The length of a stamp in base64url characters: 132 bits. */
const STAMP = 22;

interface DerivedKey {
  /** The first byte of everything that this key seals. It tells which key opens it. */
  readonly id: number;
  readonly sealing: KeyObject;
  readonly stamping: KeyObject;
}

export interface Seal {
  /** Returns URL-safe text. What is sealed for one `context` does not open for another. */
  seal(content: Uint8Array, context: string): string;
  /** The same, but the same text each time for the same content. Only for contents that are no guesses of anybody. */
  sealAlike(content: Uint8Array, context: string): string;
  /** Null for anything that none of the keys sealed for this context. */
  open(sealed: string, context: string): Uint8Array | null;
  /** A keyed stamp over a text: 22 URL-safe characters. */
  stamp(text: string): string;
  isStampOf(text: string, stamp: string): boolean;
  /** The stamps of all keys, that of the first before the others. */
  stamps(text: string): string[];
}

export function createSeal(secrets: readonly string[]): Seal {
  const keys = secrets.map(derive);
  const [first] = keys;
  if (!first) throw new TypeError('at least one key is needed');

  const nextIv = randomPool(IV, IVS);
  const stampWith = (key: DerivedKey, text: string) =>
    createHmac('sha256', key.stamping).update(text).digest('base64url').slice(0, STAMP);

  function sealWith({ id, sealing }: DerivedKey, iv: Uint8Array, content: Uint8Array, context: string): string {
    const cipher = createCipheriv('aes-256-gcm', sealing, iv).setAAD(Buffer.from(context));
    const body = cipher.update(content);
    cipher.final();
    return Buffer.concat([Uint8Array.of(id), iv, body, cipher.getAuthTag()]).toString('base64url');
  }

  return {
    seal: (content, context) => sealWith(first, nextIv(), content, context),
    // Equal vectors mean equal contents, which reveals nothing more (as in RFC 8452, by a longer hash).
    sealAlike(content, context) {
      const digest = createHmac('sha256', first.stamping).update(`alike ${context} `).update(content).digest();
      return sealWith(first, digest.subarray(0, IV), content, context);
    },
    open(sealed, context) {
      const bytes = Buffer.from(sealed, 'base64url');
      // The decoder ignores invalid characters and spare bits at the end. Only the canonical text is accepted.
      if (bytes.length <= 1 + IV + TAG || bytes.toString('base64url') !== sealed) return null;
      for (const key of keys) {
        if (key.id !== bytes[0]) continue;
        try {
          const decipher = createDecipheriv('aes-256-gcm', key.sealing, bytes.subarray(1, 1 + IV), {
            authTagLength: TAG,
          });
          decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(-TAG));
          const content = decipher.update(bytes.subarray(1 + IV, -TAG));
          decipher.final();
          return content;
        } catch {
          // Forged or altered, or sealed by another key with the same id.
        }
      }
      return null;
    },
    stamp: (text) => stampWith(first, text),
    stamps: (text) => keys.map((key) => stampWith(key, text)),
    isStampOf(text, stamp) {
      const given = Buffer.from(stamp);
      return keys.some((key) => {
        const right = Buffer.from(stampWith(key, text));
        return given.length === right.length && timingSafeEqual(right, given);
      });
    },
  };
}

/** A key of 256 bits for one use, from one of COOKIE_KEYS. */
export function deriveKey(secret: string, use: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', secret, 'anteroom', `anteroom ${use} v1`, 32)));
}

function derive(secret: string): DerivedKey {
  return {
    id: createHash('sha256').update('anteroom key id').update(secret).digest()[0] ?? 0,
    sealing: deriveKey(secret, 'sealing'),
    stamping: deriveKey(secret, 'stamping'),
  };
}
