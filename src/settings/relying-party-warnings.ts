/** What is allowed in the settings of a relying party but will not work, each with what to do about it. */
import type { RelyingParty } from '#waiting-room/relying-party.ts';
import { formatDuration } from './duration.ts';
import { profileOf } from './profiles/index.ts';
import type { Profile } from './profiles/profile.ts';

/** Sentences for operators; none where all is well. `issuer` is the public URL of the service. */
export function warningsOf(party: RelyingParty, issuer: string): string[] {
  const profile = profileOf(party.profile);
  return [
    ...redirectWarnings(party, profile),
    ...windowWarnings(party, profile),
    ...(profile.https && !isSafe(new URL(issuer))
      ? [`ISSUER is ${issuer}: ${profile.name} needs https there. Give the service a public https address.`]
      : []),
    ...(profile.secret && party.client_secret === undefined
      ? [`client_secret is not set: ${profile.name} has to have one. Set the same secret here and there.`]
      : []),
    ...(!profile.asksForResource && !party.resources?.length
      ? [
          'resources is not set: its access tokens are JWTs only where it asks for an API, and it may ask for any that no ' +
            "other relying party has. Set it to the API's audience.",
        ]
      : []),
  ];
}

function redirectWarnings({ redirect_uris }: RelyingParty, { name, redirectPath, https }: Profile): string[] {
  return redirect_uris.flatMap((uri) => {
    const url = new URL(uri);
    const warnings: string[] = [];
    if (redirectPath && !redirectPath.pattern.test(url.pathname)) {
      const right = `${url.origin}${redirectPath.example}`;
      warnings.push(`redirect_uris has ${uri}: ${name} is answered at ${redirectPath.example}. Register ${right}.`);
    }
    if (https && !isSafe(url)) {
      warnings.push(`redirect_uris has ${uri}: ${name} works over https only. Register the https address.`);
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
    warnings.push(`login_window is longer than ${longest}, which ${name} has and nobody can change. Leave it out.`);
  }
  const knowsWay = profile.deepLink !== null || profile.remembersPage || initiate_login_uri !== null;
  if (landing_url === null && !knowsWay && login_window !== null) {
    const [first = ''] = redirect_uris;
    const root = first.startsWith('http') ? new URL('/', first).href : 'a page that only explains';
    warnings.push(
      `landing_url is not set: who waits longer than ${formatDuration(login_window)} starts anew at ${root}. ` +
        'Set landing_url to a page that the relying party guards and that is worth coming to.',
    );
  }
  return warnings;
}

/** Over https, or on this machine, where browsers and programs take http for as good. */
function isSafe(url: URL): boolean {
  return url.protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
}
