import { generic } from './generic.ts';
import type { Profile } from './profile.ts';
import { MINUTE } from './profile.ts';

const CALLBACK = /\/login\/oauth2\/code\/([^/]+)$/;

/**
 * Spring Security: a login begins at `/oauth2/authorization/{id}`, and the page that the visitor came for is in its
 * session.
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
  session: 'Set server.servlet.session.timeout to admission.lifetime, or end the session at the ID token’s exp.',
};
