import { generic } from './generic.ts';
import { fieldOfState, readLink } from './link.ts';
import type { Profile } from './profile.ts';

/**
 * express-openid-connect: `state` is base64url JSON `{returnTo}`, absolute or relative to the application. A login never
 * expires, but one cookie (`auth_verification`) serves all tabs.
 */
export const expressOpenidConnect: Profile = {
  ...generic,
  name: 'express-openid-connect',
  loginWindow: null,
  oneLogin: true,
  deepLink: (state, redirectUri) => readLink(fieldOfState(state, 'returnTo'), redirectUri),
  session:
    'Check the ID token’s exp at each request, or set session.absoluteDuration to admission.lifetime in seconds.',
};
