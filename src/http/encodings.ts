/** The content codings of files that are compressed once (RFC 9110 §8.4.1). */
import { promisify } from 'node:util';
import {
  type BrotliOptions,
  brotliCompress,
  brotliCompressSync,
  constants,
  gzip,
  gzipSync,
  type ZlibOptions,
} from 'node:zlib';

export type Coding = 'br' | 'gzip';

/** A file as it is, and in each coding that makes it smaller. */
export type Encoded = { readonly identity: Buffer } & { readonly [Name in Coding]?: Buffer };

/** Below this, in bytes, a file fits into one packet anyway. */
const SMALL = 512;

export function encode(bytes: Buffer): Encoded {
  if (bytes.length < SMALL) return { identity: bytes };
  return smallerOf(bytes, brotliCompressSync(bytes, brotliOptions(bytes)), gzipSync(bytes, GZIP));
}

const [brotliLater, gzipLater] = [
  promisify<Buffer, BrotliOptions, Buffer>(brotliCompress),
  promisify<Buffer, ZlibOptions, Buffer>(gzip),
];

/** The same on a thread of its own, for files that come while requests are answered. */
export async function encodeLater(bytes: Buffer): Promise<Encoded> {
  if (bytes.length < SMALL) return { identity: bytes };
  const [br, gz] = await Promise.all([brotliLater(bytes, brotliOptions(bytes)), gzipLater(bytes, GZIP)]);
  return smallerOf(bytes, br, gz);
}

const GZIP = { level: constants.Z_BEST_COMPRESSION };

const brotliOptions = (bytes: Buffer) => ({
  params: {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  },
});

const smallerOf = (identity: Buffer, br: Buffer, gz: Buffer): Encoded => ({
  identity,
  ...(br.length < identity.length ? { br } : {}),
  ...(gz.length < identity.length ? { gzip: gz } : {}),
});

/** The coding to answer with: the smallest one that the header accepts (RFC 9110 §12.5.3). */
export function chooseCoding(encoded: Encoded, accepted: string | undefined): Coding | 'identity' {
  for (const coding of ['br', 'gzip'] as const) {
    if (encoded[coding] && acceptsCoding(accepted, coding)) return coding;
  }
  return 'identity';
}

/** Whether an Accept-Encoding header accepts a coding. */
export function acceptsCoding(header: string | undefined, coding: Coding): boolean {
  const wanted = (header ?? '')
    .toLowerCase()
    .split(',')
    .map((each) => each.split(';').map((part) => part.trim()));
  const named = wanted.find(([name]) => name === coding) ?? wanted.find(([name]) => name === '*');
  if (!named) return false;
  const quality = named.find((part) => part.startsWith('q='));
  return quality === undefined || Number(quality.slice(2)) > 0;
}
