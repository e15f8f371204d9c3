/** The request that a proxy asks about, read from the headers that proxies send. */
import type { IncomingHttpHeaders } from 'node:http';
import { namesHtml } from '#http/accept.ts';
import { isNavigation } from '#http/navigation.ts';

export interface OriginalRequest {
  /** Absolute. Path and query are as they were received, byte for byte. */
  readonly url: string;
  readonly method: string;
  readonly secure: boolean;
  /** Whether a person navigated there and can be redirected. */
  readonly isNavigation: boolean;
}

/** A header that was sent more than once counts as missing. */
type Header = string | string[] | undefined;
const one = (header: Header): string => (typeof header === 'string' ? header : '');

/** Traefik names a WebSocket's scheme. */
const HTTP: Readonly<Record<string, 'http' | 'https'>> = { http: 'http', https: 'https', ws: 'http', wss: 'https' };
/** A host and an optional port (RFC 9110 §7.2), not a list of several proxies' values. */
const HOST = /^[A-Za-z0-9.\-_[\]:]+$/;

/** Whether the request was sent over https. It reads no other header, as it runs for every check. */
export function isSecure(headers: IncomingHttpHeaders): boolean {
  const proto = headers['x-forwarded-proto'];
  if (headers['x-forwarded-uri'] === undefined) {
    const url = one(headers['x-original-url']);
    if (!url.startsWith('/')) return url.startsWith('https:');
  }
  return proto === 'https' || proto === 'wss';
}

/** The scheme and host that the headers name, as text to compare; null if they name none. Cheaper than a URL. */
export function originText(headers: IncomingHttpHeaders): string | null {
  const forwarded = headers['x-forwarded-uri'] !== undefined;
  const url = one(headers['x-original-url']);
  if (!forwarded && !url.startsWith('/')) return /^https?:\/\/[^/?#]+/.exec(url)?.[0] ?? null;
  const host = one(headers['x-forwarded-host']);
  return host === '' ? null : `${isSecure(headers) ? 'https' : 'http'}://${host}`;
}

/**
 * Null if the headers do not describe a request. `X-Forwarded-Uri` (Caddy, Traefik) wins over `X-Original-URL` (nginx):
 * a proxy that sets the one passes on what its client sent in the other.
 */
export function originalRequest(headers: IncomingHttpHeaders): OriginalRequest | null {
  const forwarded = headers['x-forwarded-uri'] !== undefined;
  const uri = one(forwarded ? headers['x-forwarded-uri'] : headers['x-original-url']);
  const method = one(forwarded ? headers['x-forwarded-method'] : headers['x-original-method']);
  const url = uri.startsWith('/') ? absolute(headers, uri) : !forwarded && /^https?:\/\//.test(uri) ? uri : null;
  if (!url || !URL.canParse(url)) return null;
  return {
    url,
    method: method || 'GET',
    secure: url.startsWith('https:'),
    isNavigation: isNavigationOf(headers, method),
  };
}

function absolute(headers: IncomingHttpHeaders, uri: string): string | null {
  const scheme = HTTP[one(headers['x-forwarded-proto']).toLowerCase()];
  const host = one(headers['x-forwarded-host']);
  return scheme && HOST.test(host) ? `${scheme}://${host}${uri}` : null;
}

/** A form's POST is a navigation too, but a redirect would lose its body. */
function isNavigationOf(headers: IncomingHttpHeaders, method: string): boolean {
  const get = (name: string) => one(headers[name.toLowerCase()]);
  return (
    method === 'GET' &&
    !isWebSocket(get) &&
    (get('Sec-Fetch-Mode') !== '' || wantsPage(get('Accept'))) &&
    isNavigation({ method, get })
  );
}

/** Proxies may drop `Upgrade`. It may also name HTTP/2, which programs offer with any request. */
function isWebSocket(get: (name: string) => string): boolean {
  return /\bwebsocket\b/i.test(get('Upgrade')) || get('Sec-WebSocket-Key') !== '';
}

/** Browsers send no fetch metadata to a site without https. Their navigations accept HTML; scripts and images do not. */
function wantsPage(accept: string): boolean {
  return accept === '' || accept === '*/*' || namesHtml(accept);
}
