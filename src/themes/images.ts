/** Raster images without what a logo does not need: metadata, comments, and bytes after the end. */

export interface Raster {
  readonly bytes: Buffer;
  readonly width: number;
  readonly height: number;
}

type ReadRaster = (bytes: Buffer) => Raster | null;

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** What is needed to show the picture in its colours. */
const PNG_CHUNKS: ReadonlySet<string> = new Set([
  ...['IHDR', 'PLTE', 'IDAT', 'IEND', 'tRNS', 'gAMA', 'cHRM', 'sRGB', 'iCCP', 'sBIT'],
]);
const WEBP_CHUNKS: ReadonlySet<string> = new Set(['VP8 ', 'VP8L', 'VP8X', 'ALPH', 'ICCP', 'ANIM', 'ANMF']);
/** In the flags of VP8X. */
const EXIF_AND_XMP = 0x0c;

/** Null if the bytes are no PNG (its third edition, clause 5). */
const readPng: ReadRaster = (bytes) => {
  // The size is read from IHDR, whose data is 13 bytes.
  if (!bytes.subarray(0, 8).equals(PNG) || bytes.toString('latin1', 11, 16) !== '\rIHDR') return null;
  const kept: Buffer[] = [PNG];
  for (let at = 8; at + 12 <= bytes.length; ) {
    const end = at + 12 + bytes.readUInt32BE(at);
    const type = bytes.toString('latin1', at + 4, at + 8);
    if (end > bytes.length) return null;
    if (PNG_CHUNKS.has(type)) kept.push(bytes.subarray(at, end));
    if (type === 'IEND')
      return { bytes: Buffer.concat(kept), width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
    at = end;
  }
  return null;
};

/** APPn segments that change how the picture looks, by marker and how they begin: JFIF, ICC.1 annex B.4, Adobe. */
const JPEG_KEPT: Readonly<Record<number, string>> = {
  224: 'JFIF\0',
  226: 'ICC_PROFILE\0',
  238: 'Adobe',
};
const [SOI, EOI, SOS, COMMENT] = [0xd8, 0xd9, 0xda, 0xfe];

/** Null if the bytes are no JPEG (ITU-T T.81, annex B). It ends at its first EOI: another image may follow. */
const readJpeg: ReadRaster = (bytes) => {
  if (bytes[0] !== 0xff || bytes[1] !== SOI) return null;
  const kept: Buffer[] = [bytes.subarray(0, 2)];
  let size: { width: number; height: number } | null = null;
  let hasScan = false;
  for (let at = 2; at + 2 <= bytes.length && bytes[at] === 0xff; ) {
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker === EOI) {
      if (!size || !hasScan) return null;
      return { bytes: Buffer.concat([...kept, bytes.subarray(at, at + 2)]), ...size };
    }
    // The other markers have a length, which counts itself.
    if (marker < 0xc0 || (marker >= 0xd0 && marker <= SOI) || at + 4 > bytes.length) return null;
    const length = bytes.readUInt16BE(at + 2);
    let end = at + 2 + length;
    if (length < 2 || end > bytes.length) return null;
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      if (size || length < 8) return null;
      size = { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
    }
    if (marker === SOS) {
      end = endOfScan(bytes, end);
      hasScan = true;
    }
    const isApplications = marker >= 0xe0 && marker <= 0xef;
    const begins = JPEG_KEPT[marker];
    const isKept = isApplications
      ? begins !== undefined && bytes.toString('latin1', at + 4, end).startsWith(begins)
      : marker !== COMMENT;
    if (isKept) kept.push(bytes.subarray(at, end));
    at = end;
  }
  return null;
};

/** Entropy-coded data ends at a marker: 0xff is followed by 0 within it, and restarts (RST) belong to it. */
function endOfScan(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1] ?? 0;
    if (next !== 0 && next !== 0xff && (next < 0xd0 || next > 0xd7)) return at;
  }
  return bytes.length;
}

/** Null if the bytes are no WebP (RFC 9649). */
const readWebp: ReadRaster = (bytes) => {
  const text = (from: number, to: number) => bytes.toString('latin1', from, to);
  if (text(0, 4) !== 'RIFF' || text(8, 12) !== 'WEBP') return null;
  const whole = Math.min(bytes.length, 8 + bytes.readUInt32LE(4));
  const kept: Buffer[] = [];
  let size: { width: number; height: number } | null = null;
  for (let at = 12; at + 8 <= whole; ) {
    const [type, length] = [text(at, at + 4), bytes.readUInt32LE(at + 4)];
    const end = at + 8 + length + (length % 2);
    if (at + 8 + length > whole) return null;
    const chunk = Buffer.from(bytes.subarray(at, Math.min(end, whole)));
    if (type === 'VP8X') {
      if (length < 10) return null;
      chunk.writeUInt8((chunk[8] ?? 0) & ~EXIF_AND_XMP, 8);
    }
    size ??= webpSize(type, chunk.subarray(8, 8 + length));
    if (WEBP_CHUNKS.has(type)) kept.push(chunk);
    at = end;
  }
  if (!size) return null;
  const body = Buffer.concat(kept);
  const head = Buffer.from('RIFF\0\0\0\0WEBP', 'latin1');
  head.writeUInt32LE(body.length + 4, 4);
  return { bytes: Buffer.concat([head, body]), ...size };
};

function webpSize(type: string, data: Buffer): { width: number; height: number } | null {
  if (data.length < 10) return null;
  if (type === 'VP8X') return { width: data.readUIntLE(4, 3) + 1, height: data.readUIntLE(7, 3) + 1 };
  if (type === 'VP8 ') return { width: data.readUInt16LE(6) & 0x3fff, height: data.readUInt16LE(8) & 0x3fff };
  if (type !== 'VP8L') return null;
  const bits = data.readUInt32LE(1);
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
}

/** By media type. */
export const RASTERS: Readonly<Record<string, ReadRaster>> = {
  'image/png': readPng,
  'image/jpeg': readJpeg,
  'image/webp': readWebp,
};
