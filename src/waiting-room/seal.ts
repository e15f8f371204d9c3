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
  hash,
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

/** Bytes: what HMAC hashes of a key with a text. Longer texts are stamped with buffers of their own. */
const SCRATCH = 16 * 1024;
/** RFC 2104 §2, for SHA-256. */
const BLOCK = 64;
const DIGEST = 32;

interface DerivedKey {
  /** The first byte of everything that this key seals. It tells which key opens it. */
  readonly id: number;
  readonly sealing: KeyObject;
  readonly stamping: KeyObject;
  /** HMAC-SHA-256 with the stamping key, in base64url. */
  readonly hmac: (text: string) => string;
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
  const stampWith = (key: DerivedKey, text: string) => key.hmac(text).slice(0, STAMP);

  function sealWith({ id, sealing }: DerivedKey, iv: Uint8Array, content: Uint8Array, context: string): string {
    const cipher = createCipheriv('aes-256-gcm', sealing, iv).setAAD(Buffer.from(context));
    const bytes = Buffer.allocUnsafe(1 + IV + content.length + TAG);
    bytes[0] = id;
    bytes.set(iv, 1);
    bytes.set(cipher.update(content), 1 + IV);
    cipher.final();
    bytes.set(cipher.getAuthTag(), 1 + IV + content.length);
    return bytes.toString('base64url');
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
  const stamping = deriveKey(secret, 'stamping');
  return {
    id: createHash('sha256').update('anteroom key id').update(secret).digest()[0] ?? 0,
    sealing: deriveKey(secret, 'sealing'),
    stamping,
    hmac: createTextHmac(stamping),
  };
}

/** HMAC-SHA-256 (RFC 2104 §2) of two hashes, each in one call: an object for each stamp takes twice as long. */
function createTextHmac(key: KeyObject): (text: string) => string {
  const padded = (pad: number) => Uint8Array.from({ length: BLOCK }, (_, i) => (bytes[i] ?? 0) ^ pad);
  const bytes = key.export();
  const inner = Buffer.alloc(SCRATCH);
  const outer = Buffer.alloc(BLOCK + DIGEST);
  inner.set(padded(0x36));
  outer.set(padded(0x5c));

  return (text) => {
    // UTF-8 has at most three bytes for each unit of a text.
    if (BLOCK + 3 * text.length > SCRATCH) return createHmac('sha256', key).update(text).digest('base64url');
    const end = BLOCK + inner.write(text, BLOCK);
    outer.write(hash('sha256', inner.subarray(0, end), 'hex'), BLOCK, 'hex');
    return hash('sha256', outer, 'base64url');
  };
}
