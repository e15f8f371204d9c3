/** The content codings of files that are compressed once (RFC 9110 §8.4.1). */
import { promisify } from 'node:util';
import { type BrotliOptions, brotliCompress, constants, gzip, type ZlibOptions } from 'node:zlib';

export type Coding = 'br' | 'gzip';

/** A file as it is, and in each coding that makes it smaller. */
export type Encoded = { readonly identity: Buffer } & { readonly [Name in Coding]?: Buffer };

/** Below this, in bytes, a file fits into one packet anyway. */
const SMALL = 512;

/** Media types whose formats are compressed already. */
const COMPRESSED = /^(?:font|image)\/(?!svg|x-icon)/;

const [compressBrotli, compressGzip] = [
  promisify<Buffer, BrotliOptions, Buffer>(brotliCompress),
  promisify<Buffer, ZlibOptions, Buffer>(gzip),
];

/** A file in each coding. It is compressed once, at the first call, on another thread. */
export function encodedOnce(bytes: Buffer, type: string): () => Promise<Encoded> {
  let encoded: Promise<Encoded> | undefined;
  return () => {
    encoded ??= encode(bytes, type);
    return encoded;
  };
}

async function encode(bytes: Buffer, type: string): Promise<Encoded> {
  if (bytes.length < SMALL || COMPRESSED.test(type)) return { identity: bytes };
  const [br, gz] = await Promise.all([compressBrotli(bytes, brotliOptions(bytes)), compressGzip(bytes, GZIP)]);
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
