/**
 * The URLs that visitors may return to: those under one of the room's `return_urls`, each an origin and a path prefix.
 * A URL that a browser, a proxy and a server could parse differently is refused.
 */

/** Printable ASCII without a backslash. Intermediaries rewrite other characters in different ways. */
const PLAIN = /^[\x21-\x5b\x5d-\x7e]+$/;
/** `.` or `..` as a path segment, however it is encoded; `..;x` is one too, for servers that cut path parameters off. */
const DOT_SEGMENT = /(?:\/|%2f|%5c)(?:\.|%2e){1,2}(?:\/|%2f|%5c|;|%3b|$)/i;
/** Scheme, two slashes and an authority without userinfo; then the path as far as the query. */
const ABSOLUTE = /^https?:\/\/[^/?#@]+(\/[^?#]*)?(?:[?#]|$)/i;

/** Whether `url` is under one of them: the same origin, and the prefix ends at the end of a path segment. */
export function isReturnUrl(url: string, returnUrls: readonly string[]): boolean {
  const path = PLAIN.test(url) ? ABSOLUTE.exec(url) : null;
  if (!path || DOT_SEGMENT.test(path[1] ?? '/') || !URL.canParse(url)) return false;
  const { origin, pathname, username, password } = new URL(url);
  if (username || password) return false;
  return returnUrls.some((allowed) => {
    const prefix = new URL(allowed);
    return prefix.origin === origin && isUnder(pathname, prefix.pathname);
  });
}

function isUnder(path: string, prefix: string): boolean {
  if (!path.startsWith(prefix)) return false;
  return prefix.endsWith('/') || path.length === prefix.length || path[prefix.length] === '/';
}

const TOKEN = 'anteroom_token';

/** Adds a token to a URL's query. {@link takeToken} restores the URL byte for byte. */
export function withToken(url: string, token: string): string {
  const hash = url.indexOf('#');
  const before = hash < 0 ? url : url.slice(0, hash);
  return `${before}${before.includes('?') ? '&' : '?'}${TOKEN}=${token}${hash < 0 ? '' : url.slice(hash)}`;
}

/** Whether the URL may contain a token. Cheaper than {@link takeToken}. */
export function hasToken(url: string): boolean {
  return url.includes(`${TOKEN}=`);
}

/** The URL without its tokens, and the last token; null if there is none. */
export function takeToken(url: string): { readonly url: string; readonly token: string | null } {
  const [, path = url, query, hash = ''] = /^([^?#]*)\?([^#]*)(.*)$/.exec(url) ?? [];
  const parameters = query?.split('&') ?? [];
  const kept = parameters.filter((parameter) => !parameter.startsWith(`${TOKEN}=`));
  const token = parameters.findLast((parameter) => parameter.startsWith(`${TOKEN}=`));
  if (token === undefined) return { url, token: null };
  return { url: `${path}${kept.length > 0 ? `?${kept.join('&')}` : ''}${hash}`, token: token.slice(TOKEN.length + 1) };
}
