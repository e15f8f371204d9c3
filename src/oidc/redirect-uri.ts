/** Redirect URIs of a relying party, compared as oidc-provider compares them. */
import { memoizeRecent } from '#waiting-room/memoize-recent.ts';
import type { RelyingParty } from '#waiting-room/relying-party.ts';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

const isLoopback = (url: URL, protocol: 'http:' | 'https:') => url.protocol === protocol && LOOPBACK.has(url.hostname);

export const isLoopbackHttp = (url: URL): boolean => isLoopback(url, 'http:');

/**
 * The application type of a relying party (Dynamic Client Registration 1.0 §2). Native are apps: with a private-use
 * scheme, or without a secret and with http on loopback, where an app listens on any free port (RFC 8252 §7.3). A claimed
 * https URL of an app is never on loopback.
 */
export function applicationType({ redirect_uris, client_secret }: RelyingParty): 'native' | 'web' {
  const urls = redirect_uris.map((uri) => new URL(uri));
  if (urls.some(({ protocol }) => protocol !== 'https:' && protocol !== 'http:')) return 'native';
  const http = urls.filter(({ protocol }) => protocol === 'http:');
  const isApp =
    client_secret === undefined &&
    http.length > 0 &&
    http.every((url) => isLoopbackHttp(url)) &&
    !urls.some((url) => isLoopback(url, 'https:'));
  return isApp ? 'native' : 'web';
}

/** Whether a redirect URI is registered. A native client's on loopback may have another port. */
export function isRegistered(party: RelyingParty, redirectUri: string): boolean {
  if (party.redirect_uris.includes(redirectUri)) return true;
  const withoutPort = portless(redirectUri);
  if (withoutPort === null || applicationType(party) !== 'native') return false;
  return party.redirect_uris.some((uri) => portless(uri) === withoutPort);
}

/** Whether an origin has a registered redirect URI; of a native client's on loopback, on any port. */
export function isRegisteredOrigin(redirectUris: readonly string[], isNative: boolean, origin: string): boolean {
  const page = URL.parse(origin);
  return redirectUris.some((uri) => {
    const url = new URL(uri);
    if (url.origin === origin) return true;
    return isNative && page?.hostname === url.hostname && isLoopbackHttp(page) && isLoopbackHttp(url);
  });
}

/** A URL on loopback without its port; null for any other text. */
function portless(text: string): string | null {
  const url = URL.parse(text);
  if (!url || !isLoopbackHttp(url)) return null;
  url.port = '';
  return url.href;
}

/** The name that the visitor knows the relying party by. The redirect URI must be registered. */
export function hostOf({ client_id, redirect_uris }: RelyingParty, redirectUri = redirect_uris[0] ?? ''): string {
  // An app's private-use scheme has no host.
  return URL.parse(redirectUri)?.host || client_id;
}

/** The host of a website's redirect URI; null for a private-use scheme. */
export const webHostOf = (redirectUri: string | null | undefined): string | null => webHosts.get(redirectUri ?? '');

/** Redirect URIs whose host a process remembers: those of its relying parties, which each waiting page shows. */
const RECENT = 100;
const webHosts = memoizeRecent((redirectUri) => {
  const url = URL.parse(redirectUri);
  return url && /^https?:$/.test(url.protocol) ? url.host : null;
}, RECENT);
