/** Warnings about a relying party's settings that are valid but will not work. */
import type { RelyingParty } from '#waiting-room/relying-party.ts';
import { formatDuration } from './duration.ts';
import { profileOf } from './profiles/index.ts';
import type { Profile } from './profiles/profile.ts';
import { isPublicHost } from './public-host.ts';

/** Sentences for operators: what is wrong and what to do. `issuer` is the public URL of the service. */
export function warningsOf(party: RelyingParty, issuer: string): string[] {
  const profile = profileOf(party.profile);
  return [
    ...redirectWarnings(party, profile),
    ...windowWarnings(party, profile),
    ...(profile.https && !isSafe(new URL(issuer))
      ? [`ISSUER is ${issuer}, but ${profile.name} requires https. Give the service a public https URL.`]
      : []),
    ...(profile.secret && party.client_secret === undefined
      ? [`client_secret is not set, but ${profile.name} requires one. Set the same secret in both places.`]
      : []),
    ...(!profile.asksForResource && !party.resources?.length
      ? [
          'resources is not set: access tokens are JWTs only when the relying party requests an API, and it may request ' +
            "any API that no other relying party has. Set it to the API's audience.",
        ]
      : []),
  ];
}

function redirectWarnings({ redirect_uris }: RelyingParty, { name, redirectPath, https }: Profile): string[] {
  return redirect_uris.flatMap((uri) => {
    const url = new URL(uri);
    const warnings: string[] = [];
    if (url.hostname.includes('*')) {
      warnings.push(`redirect_uris has ${uri}, but a redirect URI has no wildcards. Register each host's URL.`);
    }
    if (redirectPath && !redirectPath.pattern.test(url.pathname)) {
      const right = `${url.origin}${redirectPath.example}`;
      warnings.push(
        `redirect_uris has ${uri}, but ${name} expects the answer at ${redirectPath.example}. Register ${right}.`,
      );
    }
    if (https && !isSafe(url)) {
      warnings.push(`redirect_uris has ${uri}, but ${name} works over https only. Register the https URL.`);
    } else if (url.protocol === 'http:' && isPublicHost(url.hostname)) {
      warnings.push(
        `redirect_uris has ${uri}: over http, each visitor's code and session travel unencrypted. Register the https URL.`,
      );
    }
    return warnings;
  });
}

function windowWarnings(party: RelyingParty, profile: Profile): string[] {
  const { login_window, landing_url, initiate_login_uri, redirect_uris } = party;
  const warnings: string[] = [];
  const { loginWindow, fixedWindow, name } = profile;
  if (fixedWindow && loginWindow !== null && (login_window === null || login_window > loginWindow)) {
    const longest = formatDuration(loginWindow);
    warnings.push(`login_window is longer than the fixed ${longest} of ${name}. Leave it out.`);
  }
  const knowsWay = profile.deepLink !== null || profile.remembersPage || initiate_login_uri !== null;
  if (landing_url === null && !knowsWay && login_window !== null) {
    const [first = ''] = redirect_uris;
    const root = first.startsWith('http') ? new URL('/', first).href : 'a page that only explains what happened';
    warnings.push(
      `landing_url is not set: a visitor who waits longer than ${formatDuration(login_window)} is sent to ${root}. ` +
        'Set landing_url to the page that visitors should see, protected by the relying party.',
    );
  }
  return warnings;
}

/** Whether a URL is https, or on this machine, where browsers and programs accept http. */
function isSafe(url: URL): boolean {
  return url.protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
}
