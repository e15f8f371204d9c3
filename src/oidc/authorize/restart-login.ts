/** Where a visitor is sent whose login the relying party has forgotten: to a fresh one, best at the page they came for. */

import { profileOf } from '#settings/profiles/index.ts';
import { readLink } from '#settings/profiles/link.ts';
import type { RelyingParty } from '#waiting-room/relying-party.ts';

/** Of the authorization request that is given up. All of it is the choice of whoever began it. */
export interface AbandonedRequest {
  readonly redirectUri?: string | undefined;
  readonly state?: string | undefined;
  /** The page that they came for, where the relying party adds it to its request: as it is, … */
  readonly targetLinkUri?: string | undefined;
  /** … or in base64, where it cannot be escaped. */
  readonly page?: string | undefined;
}

/**
 * The first there is of: the page they came for, where that is known and the relying party's own; third-party initiated
 * login (OpenID Connect Core §4); the landing page; the root of the redirect URI's origin. Null for an app that has
 * none of them. The old `state` never goes back: no answer to the old request is given.
 */
export function restartLogin(party: RelyingParty, given: AbandonedRequest, issuer: string): string | null {
  const redirectUri = redirectUriOf(party, given);
  return (
    pageOf(party, given, redirectUri)?.href ??
    initiation(party, redirectUri, issuer) ??
    party.landing_url ??
    rootOf(redirectUri)
  );
}

/** The one of the request, if it is registered still. */
function redirectUriOf({ redirect_uris }: RelyingParty, { redirectUri }: AbandonedRequest): URL {
  const [first = ''] = redirect_uris;
  return new URL(redirectUri !== undefined && redirect_uris.includes(redirectUri) ? redirectUri : first);
}

function pageOf(party: RelyingParty, given: AbandonedRequest, redirectUri: URL): URL | null {
  const { deepLink } = profileOf(party.profile);
  // A plus sign that was not escaped came as a blank.
  const decoded = Buffer.from(given.page?.replaceAll(' ', '+') ?? '', 'base64').toString();
  const page =
    readLink(given.targetLinkUri, redirectUri) ??
    readLink(decoded, redirectUri) ??
    deepLink?.(given.state ?? '', redirectUri) ??
    null;
  return page && isOwn(party, page) ? page : null;
}

/** On an origin that is registered for it, and no address that only answers to logins. */
function isOwn({ redirect_uris, landing_url, initiate_login_uri }: RelyingParty, page: URL): boolean {
  const registered = [...redirect_uris, landing_url, initiate_login_uri].flatMap((uri) => (uri ? [new URL(uri)] : []));
  const answers = redirect_uris.map((uri) => new URL(uri));
  return (
    registered.some(({ origin }) => origin === page.origin) &&
    !answers.some(({ origin, pathname }) => origin === page.origin && pathname === page.pathname)
  );
}

function initiation(party: RelyingParty, redirectUri: URL, issuer: string): string | null {
  const { initiate_login_uri, landing_url, profile } = party;
  const at = initiate_login_uri ? new URL(initiate_login_uri) : profileOf(profile).initiateLoginUri?.(redirectUri);
  if (!at || rootOf(at) === null) return null;
  // A relying party takes only targets of its own, of the same host at the strictest.
  const isNear = landing_url !== null && new URL(landing_url).host === at.host;
  const target = (isNear ? landing_url : rootOf(at)) ?? '';
  const url = new URL(at);
  url.searchParams.set('iss', issuer);
  url.searchParams.set('target_link_uri', target);
  return url.href;
}

/** Null for an app's private-use scheme. */
function rootOf(url: URL): string | null {
  return url.protocol === 'https:' || url.protocol === 'http:' ? new URL('/', url).href : null;
}
