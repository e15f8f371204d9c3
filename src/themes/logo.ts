/** The logo of a theme: a data URL of an image whose bytes are what it says, and nothing else. */
import { RASTERS } from './images.ts';
import { readSvg } from './svg.ts';

export interface Logo {
  readonly type: string;
  readonly extension: string;
  readonly bytes: Buffer;
}

/** In bytes. It lies in the settings of a room, which each process reads about once a second. */
export const LARGEST_LOGO = 32 * 1024;
/** In pixels of a raster image, each way: a small file may unpack to a picture that fills a phone's memory. */
const WIDEST = 2048;

const DATA_URL = /^data:(image\/[a-z+]+)(?:;charset=[\w-]+)?(;base64)?,(.*)$/is;

/** The cleaned image, or why it is refused. */
export function readLogo(url: string): Logo | { readonly fault: string } {
  const [, given = '', base64, data = ''] = DATA_URL.exec(url) ?? [];
  const type = given.toLowerCase();
  const read = RASTERS[type];
  if (!read && type !== 'image/svg+xml') return { fault: 'must be a data URL of a PNG, JPEG, WebP or SVG image' };
  const bytes = base64 ? Buffer.from(data, 'base64') : decodeData(data);
  if (bytes === null) return { fault: 'must be a data URL: what follows the comma cannot be decoded' };
  if (bytes.length > LARGEST_LOGO) return { fault: `must be at most ${LARGEST_LOGO / 1024} KiB` };
  if (!read) {
    const drawing = readSvg(bytes.toString('utf8'));
    if ('fault' in drawing) return { fault: `is an SVG that is refused: ${drawing.fault}` };
    return { type, extension: 'svg', bytes: Buffer.from(drawing.svg) };
  }
  const image = read(bytes);
  if (!image) return { fault: `must be a whole ${type}: its bytes are something else` };
  const { width, height } = image;
  if (width === 0 || height === 0 || width > WIDEST || height > WIDEST) {
    return { fault: `must have at most ${WIDEST} × ${WIDEST} pixels: it has ${width} × ${height}` };
  }
  return { type, extension: type.slice('image/'.length), bytes: image.bytes };
}

function decodeData(data: string): Buffer | null {
  try {
    return Buffer.from(decodeURIComponent(data));
  } catch {
    return null;
  }
}
