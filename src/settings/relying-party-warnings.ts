/** Warnings about a relying party's settings that are valid but will not work. */
import type { RelyingParty } from '#waiting-room/relying-party.ts';
import { type Sentence, type SentenceValues, sentence } from '#waiting-room/sentence.ts';
import { formatDuration } from './duration.ts';
import { profileOf } from './profiles/index.ts';
import type { Profile } from './profiles/profile.ts';
import { isPublicHost } from './public-host.ts';

const warning = (key: string, values?: SentenceValues): Sentence => sentence(`parties.warning.${key}`, values);

/** What is wrong and what to do. `issuer` is the public URL of the service. */
export function warningsOf(party: RelyingParty, issuer: string): Sentence[] {
  const profile = profileOf(party.profile);
  return [
    ...redirectWarnings(party, profile),
    ...windowWarnings(party, profile),
    ...(profile.https && !isSafe(new URL(issuer))
      ? [warning('issuer_insecure', { issuer, profile: profile.name })]
      : []),
    ...(profile.secret && party.client_secret === undefined ? [warning('no_secret', { profile: profile.name })] : []),
    ...(!profile.asksForResource && !party.resources?.length ? [warning('no_resources')] : []),
  ];
}

function redirectWarnings({ redirect_uris }: RelyingParty, { name, redirectPath, https }: Profile): Sentence[] {
  return redirect_uris.flatMap((uri) => {
    const url = new URL(uri);
    const warnings: Sentence[] = [];
    if (url.hostname.includes('*')) {
      warnings.push(warning('wildcard', { uri }));
    }
    if (redirectPath && !redirectPath.pattern.test(url.pathname)) {
      const path = redirectPath.example;
      warnings.push(warning('path', { uri, profile: name, path, right: `${url.origin}${path}` }));
    }
    if (https && !isSafe(url)) {
      warnings.push(warning('https_only', { uri, profile: name }));
    } else if (url.protocol === 'http:' && isPublicHost(url.hostname)) {
      warnings.push(warning('unencrypted', { uri }));
    }
    return warnings;
  });
}

function windowWarnings(party: RelyingParty, profile: Profile): Sentence[] {
  const { login_window, landing_url, initiate_login_uri, redirect_uris } = party;
  const warnings: Sentence[] = [];
  const { loginWindow, fixedWindow, name } = profile;
  if (fixedWindow && loginWindow !== null && (login_window === null || login_window > loginWindow)) {
    warnings.push(warning('window_too_long', { longest: formatDuration(loginWindow), profile: name }));
  }
  const knowsWay = profile.deepLink !== null || profile.remembersPage || initiate_login_uri !== null;
  if (landing_url === null && !knowsWay && login_window !== null) {
    const [first = ''] = redirect_uris;
    const window = formatDuration(login_window);
    const landing = first.startsWith('http') ? new URL('/', first).href : null;
    warnings.push(landing === null ? warning('no_page', { window }) : warning('no_landing', { window, landing }));
  }
  return warnings;
}

/** Whether a URL is https, or on this machine, where browsers and programs accept http. */
function isSafe(url: URL): boolean {
  return url.protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
}
