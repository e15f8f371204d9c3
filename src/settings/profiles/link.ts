/** Reads links from the `state` of relying parties. The sender of a request chooses `state`, so nothing in it is trusted. */

/** In characters; no page's URL is longer. */
const LONGEST = 4096;
/** Characters that `URL` drops or reads as a slash: a link that contains them was made to mislead. */
const MISLEADING = /[\s\\\p{Cc}]/u;
const BEGINNING = /^(?:\/|https?:\/\/)/;
const BASE64URL = /^[\w-]+={0,2}$/;

/** Reads an absolute http or https URL without a user name, or a path on the origin of `base`. Null for anything else. */
export function readLink(text: unknown, base: URL): URL | null {
  if (typeof text !== 'string' || text === '' || text.length > LONGEST) return null;
  if (!BEGINNING.test(text) || MISLEADING.test(text) || !URL.canParse(text, base.href)) return null;
  const url = new URL(text, base);
  // Drops the `?` of an empty query.
  if (url.search === '') url.search = '';
  const isWeb = url.protocol === 'https:' || url.protocol === 'http:';
  return isWeb && url.username === '' && url.password === '' ? url : null;
}

/** A field of a `state` that is a JSON object in base64url, or undefined for any other `state`. */
export function fieldOfState(state: string, field: string): unknown {
  if (!BASE64URL.test(state)) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(state, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[field] : undefined;
  } catch {
    return undefined;
  }
}

/** Decodes a `state` in base64url. Returns any other `state` unchanged. */
export function textOfState(state: string): string {
  return BASE64URL.test(state) ? Buffer.from(state, 'base64url').toString('utf8') : state;
}
