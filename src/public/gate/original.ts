/** The request that a proxy asks about, from the headers that proxies put it in. */
import type { IncomingHttpHeaders } from 'node:http';
import { isNavigation } from '#http/navigation.ts';

export interface OriginalRequest {
  /** Absolute, as it came: its path and query byte for byte. */
  readonly url: string;
  readonly secure: boolean;
  /** Whether a person went there, and can be sent elsewhere. */
  readonly isNavigation: boolean;
}

/** As a header has it; one that came several times is nobody's. */
type Header = string | string[] | undefined;
const one = (header: Header): string => (typeof header === 'string' ? header : '');

/** Traefik tells of a WebSocket by its scheme. */
const HTTP: Readonly<Record<string, 'http' | 'https'>> = { http: 'http', https: 'https', ws: 'http', wss: 'https' };
/** A host and perhaps a port, as RFC 9110 §7.2 has it; no list of several proxies' words. */
const HOST = /^[A-Za-z0-9.\-_[\]:]+$/;

/** Whether it came over https, without a look at anything else. */
export function isSecure(headers: IncomingHttpHeaders): boolean {
  const proto = headers['x-forwarded-proto'];
  if (headers['x-forwarded-uri'] === undefined) {
    const url = one(headers['x-original-url']);
    if (!url.startsWith('/')) return url.startsWith('https:');
  }
  return proto === 'https' || proto === 'wss';
}

/**
 * Null where the headers do not say it. `X-Forwarded-Uri` (Caddy, Traefik) goes before `X-Original-URL` (nginx): a
 * proxy that writes the one passes on whatever its client put into the other.
 */
export function originalRequest(headers: IncomingHttpHeaders): OriginalRequest | null {
  const forwarded = headers['x-forwarded-uri'] !== undefined;
  const uri = one(forwarded ? headers['x-forwarded-uri'] : headers['x-original-url']);
  const method = one(forwarded ? headers['x-forwarded-method'] : headers['x-original-method']);
  const url = uri.startsWith('/') ? absolute(headers, uri) : !forwarded && /^https?:\/\//.test(uri) ? uri : null;
  if (!url || !URL.canParse(url)) return null;
  return { url, secure: url.startsWith('https:'), isNavigation: isGoing(headers, method) };
}

function absolute(headers: IncomingHttpHeaders, uri: string): string | null {
  const scheme = HTTP[one(headers['x-forwarded-proto']).toLowerCase()];
  const host = one(headers['x-forwarded-host']);
  return scheme && HOST.test(host) ? `${scheme}://${host}${uri}` : null;
}

/** A form's POST is a navigation too, but what it carries would be lost on the way. */
function isGoing(headers: IncomingHttpHeaders, method: string): boolean {
  const get = (name: string) => one(headers[name.toLowerCase()]);
  return (
    method === 'GET' &&
    !get('Upgrade') &&
    !get('Sec-WebSocket-Key') &&
    (get('Sec-Fetch-Mode') !== '' || wantsPage(get('Accept'))) &&
    isNavigation({ method, get })
  );
}

/** Browsers tell no fetch metadata to a site without https; their navigations ask for HTML, scripts and images do not. */
function wantsPage(accept: string): boolean {
  return accept === '' || accept === '*/*' || accept.includes('text/html');
}
