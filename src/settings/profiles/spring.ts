import { generic } from './generic.ts';
import type { Profile } from './profile.ts';
import { MINUTE } from './profile.ts';

const CALLBACK = /\/login\/oauth2\/code\/([^/]+)$/;

/**
 * Spring Security: a login begins at `/oauth2/authorization/{id}`; it and the page that the visitor came for are in the
 * session, one of each, as long as that lives.
 */
export const spring: Profile = {
  ...generic,
  name: 'Spring',
  loginWindow: 30 * MINUTE,
  redirectPath: { pattern: CALLBACK, example: '/login/oauth2/code/{registrationId}' },
  initiateLoginUri(redirectUri) {
    if (!CALLBACK.test(redirectUri.pathname)) return null;
    return new URL(redirectUri.pathname.replace(CALLBACK, '/oauth2/authorization/$1'), redirectUri);
  },
  remembersPage: true,
  oneLogin: true,
  session: 'End it at the ID token’s exp in a filter: Spring looks at the token once.',
};
