import { generic } from './generic.ts';
import type { Profile } from './profile.ts';
import { MINUTE } from './profile.ts';

const CALLBACK = /\/login\/oauth2\/code\/([^/]+)$/;

/**
 * Spring Security. A login starts at `/oauth2/authorization/{id}`. The session holds one login and the page that the
 * visitor requested, as long as it lives.
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
  session: 'End it at the ID token’s exp in a filter: Spring checks the token only once.',
};
