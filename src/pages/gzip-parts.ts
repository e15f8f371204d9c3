/**
 * A gzip stream (RFC 1952) of texts that are compressed once, and of short ones that differ each time. The former end
 * with a full flush, so they can stand anywhere (RFC 1951 §3.2.3); the latter are stored as they are. So the length says
 * nothing about how a visitor's values resemble the rest of the page.
 */
import { constants, crc32, deflateRawSync } from 'node:zlib';
import { memoizeRecent } from '#waiting-room/memoize-recent.ts';

export interface Part {
  readonly plain: Buffer;
  /** Deflate blocks, none of them the last. Null: stored. */
  readonly deflated: Buffer | null;
}

/** Most texts of a page are the same in the next snapshot. */
const TEXTS_KEPT = 500;

/** Without a name and a time, from an unknown system. */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
/** An empty stored block, which is the last. */
const LAST_BLOCK = Buffer.from([1, 0, 0, 0xff, 0xff]);
const STORED_HEADER = 5;
const TRAILER = 8;

/** Compresses texts, and remembers the recent ones. */
export function createCompressText(): (text: string) => Part {
  const recent = memoizeRecent<Part>((text) => {
    const plain = Buffer.from(text);
    return { plain, deflated: deflateRawSync(plain, { finishFlush: constants.Z_FULL_FLUSH }) };
  }, TEXTS_KEPT);
  return (text) => recent.get(text) ?? storedPart(text);
}

/** @param text at most 65,535 bytes of UTF-8, the most that a stored block holds. */
export function storedPart(text: string): Part {
  return { plain: Buffer.from(text), deflated: null };
}

export function gzipParts(parts: readonly Part[]): Buffer {
  const length = parts.reduce(
    (sum, { plain, deflated }) => sum + (deflated?.length ?? STORED_HEADER + plain.length),
    HEADER.length + LAST_BLOCK.length + TRAILER,
  );
  const stream = Buffer.allocUnsafe(length);
  stream.set(HEADER);
  let end = HEADER.length;
  let [checksum, size] = [0, 0];
  for (const { plain, deflated } of parts) {
    checksum = crc32(plain, checksum);
    size += plain.length;
    if (deflated === null) {
      stream[end] = 0;
      stream.writeUInt16LE(plain.length, end + 1);
      stream.writeUInt16LE(plain.length ^ 0xffff, end + 3);
      end += STORED_HEADER;
    }
    const block = deflated ?? plain;
    stream.set(block, end);
    end += block.length;
  }
  stream.set(LAST_BLOCK, end);
  stream.writeUInt32LE(checksum, end + LAST_BLOCK.length);
  stream.writeUInt32LE(size >>> 0, end + LAST_BLOCK.length + 4);
  return stream;
}
