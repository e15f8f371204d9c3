/** Reading the `state` of relying parties: whoever begins a login chooses it, so nothing in it is taken for granted. */

/** Longer than any page's address that is worth coming back to. */
const LONGEST = 4096;
/** What `URL` would skip, or take for a slash: an address that has it was made to be misread. */
const MISLEADING = /[\s\\\p{Cc}]/u;
const BEGINNING = /^(?:\/|https?:\/\/)/;
const BASE64URL = /^[\w-]+={0,2}$/;

/** An http or https URL without a user name, absolute, or a path on the origin of `base`; null for anything else. */
export function readLink(text: unknown, base: URL): URL | null {
  if (typeof text !== 'string' || text === '' || text.length > LONGEST) return null;
  if (!BEGINNING.test(text) || MISLEADING.test(text) || !URL.canParse(text, base.href)) return null;
  const url = new URL(text, base);
  // An empty query is none.
  if (url.search === '') url.search = '';
  const isWeb = url.protocol === 'https:' || url.protocol === 'http:';
  return isWeb && url.username === '' && url.password === '' ? url : null;
}

/** A field of the JSON object that `state` is in base64url; undefined where it is none. */
export function fieldOfState(state: string, field: string): unknown {
  if (!BASE64URL.test(state)) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(state, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[field] : undefined;
  } catch {
    return undefined;
  }
}

/** The text that `state` is in base64url; itself where it is not. */
export function textOfState(state: string): string {
  return BASE64URL.test(state) ? Buffer.from(state, 'base64url').toString('utf8') : state;
}
