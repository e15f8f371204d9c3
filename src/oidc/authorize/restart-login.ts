import type { PublicUrls } from '#http/public-urls.ts';
import { profileOf } from '#settings/profiles/index.ts';
import { readLink } from '#settings/profiles/link.ts';
import type { RelyingParty } from '#waiting-room/relying-party.ts';
import { isRegistered } from '../redirect-uri.ts';

/** Parameters of an authorization request that gets no answer. Its sender chose all of them. */
export interface AbandonedRequest {
  readonly redirectUri?: string | undefined;
  readonly state?: string | undefined;
  /** The page that the visitor came for, where the relying party adds it to its request: as a URL, … */
  readonly targetLinkUri?: string | undefined;
  /** … or in base64, for relying parties that cannot escape it. */
  readonly page?: string | undefined;
}

/**
 * Where the relying party starts a fresh login, best first: the page that the visitor came for, if it is known and the
 * relying party's own; third-party initiated login (OpenID Connect Core §4); the landing page; the root of the redirect
 * URI's origin. Null for an app that has none of them. The old `state` never goes back: the old request is not answered.
 */
export function restartLogin(
  party: RelyingParty,
  request: AbandonedRequest,
  urls: Pick<PublicUrls, 'issuer' | 'isOwn'>,
): string | null {
  const redirectUri = redirectUriOf(party, request);
  return (
    requestedPage(party, request, redirectUri, urls)?.href ??
    initiateLoginUrl(party, redirectUri, urls.issuer) ??
    party.landing_url ??
    rootOf(redirectUri)
  );
}

/** The redirect URI of the request if it is still registered, otherwise the first. */
function redirectUriOf(party: RelyingParty, { redirectUri }: AbandonedRequest): URL {
  const [first = ''] = party.redirect_uris;
  return new URL(redirectUri !== undefined && isRegistered(party, redirectUri) ? redirectUri : first);
}

function requestedPage(
  party: RelyingParty,
  request: AbandonedRequest,
  redirectUri: URL,
  urls: Pick<PublicUrls, 'isOwn'>,
): URL | null {
  const { deepLink } = profileOf(party.profile);
  // An unescaped plus sign arrives as a space.
  const decoded = Buffer.from(request.page?.replaceAll(' ', '+') ?? '', 'base64').toString();
  const page =
    readLink(request.targetLinkUri, redirectUri) ??
    readLink(decoded, redirectUri) ??
    deepLink?.(request.state ?? '', redirectUri) ??
    null;
  return page && isPageOf(party, page, redirectUri) && !urls.isOwn(page.href) ? page : null;
}

/** On an origin registered for the relying party, and not a redirect URI: that only answers to logins. */
function isPageOf(party: RelyingParty, page: URL, redirectUri: URL): boolean {
  const callbacks = [...party.redirect_uris.map((uri) => new URL(uri)), redirectUri];
  const others = [party.landing_url, party.initiate_login_uri].flatMap((uri) => (uri ? [new URL(uri)] : []));
  const registered = [...callbacks, ...others];
  return (
    registered.some(({ origin }) => origin === page.origin) &&
    !callbacks.some(({ origin, pathname }) => origin === page.origin && pathname === page.pathname)
  );
}

/** OpenID Connect Core §4. */
function initiateLoginUrl(party: RelyingParty, redirectUri: URL, issuer: string): string | null {
  const { initiate_login_uri, landing_url, profile } = party;
  const base = initiate_login_uri ? new URL(initiate_login_uri) : profileOf(profile).initiateLoginUri?.(redirectUri);
  if (!base || rootOf(base) === null) return null;
  // Relying parties take only targets of their own; the strictest ask for the same host.
  const isSameHost = landing_url !== null && new URL(landing_url).host === base.host;
  const target = (isSameHost ? landing_url : rootOf(base)) ?? '';
  const url = new URL(base);
  url.searchParams.set('iss', issuer);
  url.searchParams.set('target_link_uri', target);
  return url.href;
}

/** The first page of a site; null for an app's private-use scheme. */
export function rootOf(url: URL): string | null {
  return url.protocol === 'https:' || url.protocol === 'http:' ? new URL('/', url).href : null;
}
